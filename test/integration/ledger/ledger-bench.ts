import { Pool } from 'pg';
import {
  encodeEvent,
  encodeExposure,
  foldDeltas,
  streamStore,
  type EventOutcome,
  type Exposure,
  type LedgerEvent,
} from '@adlift/ledger';
import { createTestDatabase, type TestDatabase } from '../setup/test-database';

/** Stores batches as a writing thread does, and tells what became of each record. */
export class BenchWriter {
  private readonly events = streamStore('event');
  private readonly exposures = streamStore('exposure');

  constructor(private readonly pool: Pool) {}

  recordEvents(events: readonly LedgerEvent[]): Promise<readonly EventOutcome[]> {
    return this.stored(this.events, events.map(encodeEvent));
  }

  /** Whether each was new. */
  async recordExposures(exposures: readonly Exposure[]): Promise<boolean[]> {
    const outcomes = await this.stored(this.exposures, exposures.map(encodeExposure));
    return outcomes.map(({ status }) => status === 'accepted');
  }

  private async stored(
    store: ReturnType<typeof streamStore>,
    records: readonly Uint8Array[],
  ): Promise<readonly EventOutcome[]> {
    if (records.length === 0) return [];
    const client = await this.pool.connect();
    try {
      return await store.store(client, records);
    } finally {
      client.release();
    }
  }
}

/** A database of its own with a pool, writers on it, and the fold. */
export class LedgerBench {
  private constructor(
    readonly database: TestDatabase,
    readonly pool: Pool,
  ) {}

  static async open(): Promise<LedgerBench> {
    const database = await createTestDatabase();
    return new LedgerBench(database, openPool(database.url));
  }

  writer(): BenchWriter {
    return new BenchWriter(this.pool);
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
