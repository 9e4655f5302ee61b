import { Pool } from 'pg';
import { foldDeltas, LedgerWriter } from '@adlift/ledger';
import { createTestDatabase, type TestDatabase } from '../setup/test-database';

export interface LedgerLimits {
  readonly maxPendingExposures?: number;
  readonly maxPendingPredictions?: number;
}

/** A database of its own with a pool, writers on it, and the fold. */
export class LedgerBench {
  readonly refusals: string[] = [];
  private readonly writers: { writer: LedgerWriter; pool: Pool }[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly pool: Pool,
  ) {}

  static async open(): Promise<LedgerBench> {
    const database = await createTestDatabase();
    return new LedgerBench(database, openPool(database.url));
  }

  /** A writer as a predictor has one; `url` for one that reaches the database by a detour. */
  writer(limits: LedgerLimits = {}, url = this.database.url): LedgerWriter {
    const pool = openPool(url);
    const writer = new LedgerWriter({
      pool,
      maxPendingExposures: limits.maxPendingExposures ?? 100_000,
      maxPendingPredictions: limits.maxPendingPredictions ?? 1000,
      onUnavailable: () => undefined,
      onRefused: (what, error) => this.refusals.push(`${what}: ${error.message}`),
    });
    this.writers.push({ writer, pool });
    return writer;
  }

  async rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, [...values])).rows;
  }

  /** Folds until nothing waits. */
  async fold(limit = 50_000): Promise<void> {
    const client = await this.pool.connect();
    try {
      while ((await foldDeltas(client, limit)) > 0);
    } finally {
      client.release();
    }
  }

  async close(): Promise<void> {
    for (const { writer, pool } of this.writers) {
      await writer.close(0);
      await pool.end();
    }
    await this.pool.end();
    await this.database.drop();
  }
}

function openPool(url: string): Pool {
  const pool = new Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 2000 });
  // The server closes connections when a test cuts it off.
  pool.on('error', () => undefined);
  return pool;
}
