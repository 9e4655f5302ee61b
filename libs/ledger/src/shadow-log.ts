import type { Pool } from 'pg';
import { BatchWriter } from '@adlift/persistence';
import { inSpan } from '@adlift/telemetry';
import { uuidV7Day } from '@adlift/wire';
import type { ShadowScore } from './shadow-score';
import { encodeShadowScore, storeShadowScores } from './store-shadow-scores';

export interface ShadowLogOptions {
  readonly pool: Pool;
  /** Rows that may wait in memory. */
  readonly maxPending: number;
  /** Told of every failed attempt while the store is away. */
  readonly onUnavailable: (error: Error) => void;
  /** Told of a row that the database refuses for what it is. */
  readonly onRefused: (error: Error) => void;
}

interface Row {
  readonly day: string;
  readonly bytes: Uint8Array;
}

const MAX_ROWS = 1000;
/** Nobody waits for these rows. */
const LINGER_MS = 250;

/** The way of shadow scores into PostgreSQL. */
export class ShadowLog {
  private readonly writer: BatchWriter<Row, void>;

  constructor({ pool, maxPending, onUnavailable, onRefused }: ShadowLogOptions) {
    this.writer = new BatchWriter<Row, void>({
      pool,
      onUnavailable,
      maxRows: MAX_ROWS,
      capacity: maxPending,
      lingerMs: LINGER_MS,
      dayOf: ({ day }) => day,
      store: async (client, rows) => {
        const bytes = rows.map((row) => row.bytes);
        await inSpan('store shadow scores', { 'adlift.rows': rows.length }, [], () => storeShadowScores(client, bytes));
        return rows.map(() => undefined);
      },
      refused: (_row, error) => onRefused(error),
    });
  }

  /** Takes a row to be stored soon; false when no more may wait. */
  log(score: ShadowScore): boolean {
    return this.writer.offer({ day: uuidV7Day(score.predictionId), bytes: encodeShadowScore(score) });
  }

  /** Stores what waits, for at most `graceMs`; returns what was left. */
  close(graceMs: number): Promise<number> {
    return this.writer.close(graceMs);
  }
}
