import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { Pool } from 'pg';
import { BatchWriter } from '@adlift/persistence';
import type { SpanRecord } from './span-record';
import { spanDay, storeSpans } from './span-store';

export interface SpanWriterOptions {
  readonly pool: Pool;
  /** Spans that may wait in memory, about 1 kB each; 20,000 by default. */
  readonly capacity?: number;
  /** Told of every failed attempt while the store is away. */
  readonly onUnavailable: (error: Error) => void;
  /** Told of a span that the database refuses for what it is. */
  readonly onRefused: (record: SpanRecord, error: Error) => void;
}

const CAPACITY = 20_000;
const MAX_ROWS = 2000;
/** A span from beyond comes from a clock that is wrong, and would leave a partition that nobody needs. */
const MAX_AGE_MS = 31 * 86_400_000;
const MAX_AHEAD_MS = 86_400_000;

/** Storing a span must not make spans, or the store would never come to rest. */
const UNTRACED = suppressTracing(ROOT_CONTEXT);

/** The way of every span into PostgreSQL: bounded memory, batches, and a count of what was lost. */
export class SpanWriter {
  private readonly batches: BatchWriter<SpanRecord, boolean>;
  private inBatch = 0;
  private counts = { stored: 0, dropped: 0 };

  constructor({ pool, capacity = CAPACITY, onUnavailable, onRefused }: SpanWriterOptions) {
    this.batches = new BatchWriter<SpanRecord, boolean>({
      pool,
      capacity,
      maxRows: MAX_ROWS,
      tables: ['span'],
      dayOf: spanDay,
      store: async (client, records) => {
        this.inBatch = records.length;
        await storeSpans(client, records);
        return records.map(() => true);
      },
      committed: () => (this.counts.stored += this.inBatch),
      refused: (record, error) => {
        this.counts.dropped++;
        onRefused(record, error);
        return false;
      },
      onUnavailable,
    });
  }

  /** Takes spans to be stored soon; those that find no room are dropped and counted. Never throws. */
  accept(records: readonly SpanRecord[]): void {
    context.with(UNTRACED, () => {
      for (const record of records) if (!isTimely(record) || !this.batches.offer(record)) this.counts.dropped++;
    });
  }

  /**
   * Resolves when the spans are durable: false for one that is refused. Rejects with StoreUnavailable, and nothing is
   * kept, while the store is away or has too much to do.
   */
  async write(records: readonly SpanRecord[]): Promise<boolean[]> {
    const timely = records.map(isTimely);
    const taken = records.filter((_record, i) => timely[i]);
    const outcomes = await context.with(UNTRACED, () => this.batches.write(taken));
    this.counts.dropped += records.length - taken.length;
    let next = 0;
    return timely.map((isTaken) => isTaken && outcomes[next++] === true);
  }

  /** Spans made durable since the start. */
  get stored(): number {
    return this.counts.stored;
  }

  /** Spans lost since the start: no room, refused, or left at the end. */
  get dropped(): number {
    return this.counts.dropped;
  }

  /** Spans not yet durable. */
  get pending(): number {
    return this.batches.pending;
  }

  /** Whether the last attempt to reach the store failed. */
  get unavailable(): boolean {
    return this.batches.unavailable;
  }

  /** Stores what waits, for at most `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.counts.dropped += await context.with(UNTRACED, () => this.batches.close(graceMs));
  }
}

function isTimely({ startNs }: SpanRecord): boolean {
  const ageMs = Date.now() - Number(startNs / 1_000_000n);
  return ageMs <= MAX_AGE_MS && ageMs >= -MAX_AHEAD_MS;
}
