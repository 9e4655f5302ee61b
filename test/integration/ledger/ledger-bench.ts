import { Pool, type PoolClient } from 'pg';
import { foldDeltas, keptStatistics, LedgerWriter, misjudgedEvents, recount, type Statistics } from '@adlift/ledger';
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

  async withClient<Result>(use: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    // A connection that breaks fails the running query, and also emits; unheard, that would end the process.
    client.on('error', ignore);
    try {
      const result = await use(client);
      client.off('error', ignore);
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** Forgets everything that was stored and kept. */
  async clear(): Promise<void> {
    await this.rows(
      `TRUNCATE exposure, impression, click, conversion, feedback, event_rejected, event_delta, unit_agg, unit_day,
         rollup_day, exp_moments, exp_phase, unit_click, unmatched_candidate`,
    );
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

function ignore(): void {}
