import type { Pool, PoolClient } from 'pg';
import {
  encodeEvent,
  encodeExposure,
  foldDeltas,
  keptStatistics,
  misjudgedEvents,
  recount,
  streamStore,
  type EventOutcome,
  type Exposure,
  type LedgerEvent,
  type Statistics,
} from '@adlift/ledger';
import { openPool, withClient } from '@adlift/persistence';
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
    return withClient(this.pool, (client) => store.store(client, records));
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
    return new LedgerBench(
      database,
      openPool({ connectionString: database.url, max: 4, connectionTimeoutMillis: 2000 }),
    );
  }

  writer(): BenchWriter {
    return new BenchWriter(this.pool);
  }

  async rows<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(sql, [...values])).rows;
  }

  /** Folds until nothing waits. */
  async fold(limit = 50_000): Promise<void> {
    await this.withClient(async (client) => {
      while ((await foldDeltas(client, limit)) > 0);
    });
  }

  /** Folds once, and returns how many deltas that moved. */
  foldOnce(limit: number): Promise<number> {
    return this.withClient((client) => foldDeltas(client, limit));
  }

  /** The kept statistics, after it is checked that they are what the raw rows say. */
  async provenStatistics(): Promise<Statistics> {
    return this.withClient(async (client) => {
      expect(await misjudgedEvents(client)).toEqual([]);
      const kept = await keptStatistics(client);
      expect(kept).toEqual(await recount(client));
      return kept;
    });
  }

  withClient<Result>(use: (client: PoolClient) => Promise<Result>): Promise<Result> {
    return withClient(this.pool, use);
  }

  /** Forgets everything that was stored and kept. */
  async clear(): Promise<void> {
    await this.rows(
      `TRUNCATE exposure, impression, click, conversion, feedback, event_rejected, event_delta, unit_agg, unit_day,
         rollup_day, exp_moments, exp_phase, unit_click, unmatched_candidate`,
    );
  }

  async close(): Promise<void> {
    await this.pool.end();
    await this.database.drop();
  }
}
