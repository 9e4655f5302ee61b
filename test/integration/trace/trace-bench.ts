import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Pool } from 'pg';
import { openPool } from '@adlift/persistence';
import { readConfig } from '@adlift/config';
import { SpanWriter, type SpanRecord } from '@adlift/telemetry';
import { createExperimentsApp } from '../../../apps/experiments/src/create-app';
import { experimentsEnvironment } from '../../../apps/experiments/src/experiments-config';
import { CuttableProxy } from '../setup/cuttable-proxy';
import { createTestDatabase, type TestDatabase } from '../setup/test-database';
import { testServers } from '../setup/test-servers';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** The experiments app on a database of its own, reached through a proxy that can be cut. */
export class TraceBench {
  private readonly writers: SpanWriter[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly way: CuttableProxy,
    readonly pool: Pool,
    readonly app: NestFastifyApplication,
    readonly url: string,
  ) {}

  static async open(): Promise<TraceBench> {
    const { unleashUrl, unleashAdminToken } = testServers();
    const database = await createTestDatabase();
    const way = await CuttableProxy.to(database.url);
    const app = await createExperimentsApp(
      readConfig(experimentsEnvironment, {
        ADLIFT_LOG_LEVEL: 'error',
        ADLIFT_OPEN_ACCESS: 'true',
        DATABASE_URL: way.url,
        UNLEASH_URL: unleashUrl,
        UNLEASH_ADMIN_TOKEN: unleashAdminToken,
      }),
    );
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new TraceBench(
      database,
      way,
      openPool({ connectionString: way.url, max: 4, connectionTimeoutMillis: 2000 }),
      app,
      `http://127.0.0.1:${port}`,
    );
  }

  /** A writer as a predictor has one. */
  writer(capacity?: number): SpanWriter {
    const writer = new SpanWriter({
      pool: this.pool,
      ...(capacity === undefined ? {} : { capacity }),
      onUnavailable: () => undefined,
      onRefused: () => undefined,
    });
    this.writers.push(writer);
    return writer;
  }

  async store(...records: readonly SpanRecord[]): Promise<void> {
    await this.writer().write(records);
  }

  async rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, [...values])).rows;
  }

  /** `GET path` as JSON. */
  async get<Body>(path: string): Promise<{ status: number; body: Body }> {
    const answer = await fetch(this.url + path);
    return { status: answer.status, body: (await answer.json()) as Body };
  }

  /** `POST /v1/traces`. */
  async send(body: string | Uint8Array, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const answer = await fetch(`${this.url}/v1/traces`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : Buffer.from(body),
    });
    return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
  }

  async close(): Promise<void> {
    for (const writer of this.writers) await writer.close(0);
    await this.pool.end();
    await this.app.close();
    await this.way.cut();
    await this.database.drop();
  }
}
