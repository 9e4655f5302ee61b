import type { SpoolBatch, SpoolConsumer } from '@adlift/spool';
import type { LedgerStream } from '../ledger-stream';
import type { BackOff } from './back-off';
import { MAX_BYTES, PACE } from './pace';

/**
 * Hands out the batches of one stream of a spool in the order of arrival, each once in the life of this process: whoever
 * takes some keeps them until they are removed. Several may ask at a time. The next batches are read while those before
 * them are stored, when there are likely to be any.
 */
export class BatchReader {
  private turn: Promise<unknown> = Promise.resolve();
  private ahead: Promise<SpoolBatch[]> | undefined;
  private lastId: number | undefined;
  /** Whether so little came that more may come along. */
  private lingers = false;

  constructor(
    private readonly stream: LedgerStream,
    private readonly consumer: SpoolConsumer,
    private readonly ending: AbortSignal,
    private readonly backOff: BackOff,
  ) {}

  /** Batches that make one transaction, as soon as there are any; none when it ends. Rejects as SpoolConsumer.read does. */
  next(): Promise<SpoolBatch[]> {
    const taken = this.turn.then(() => this.take());
    this.turn = taken.catch(() => undefined);
    return taken;
  }

  private async take(): Promise<SpoolBatch[]> {
    const { records: limit, lingerMs } = PACE[this.stream];
    for (;;) {
      if (this.lingers) await this.backOff.pause(lingerMs);
      this.lingers = false;
      if (this.ending.aborted) return [];
      const reading = this.ahead ?? this.read(limit);
      this.ahead = undefined;
      const batches = await reading;
      const records = batches.reduce((sum, batch) => sum + batch.records.length, 0);
      this.lastId = batches.at(-1)?.id ?? this.lastId;
      // Batches are whole commits: one more may not have fitted although there is one.
      if (2 * records >= limit) {
        this.ahead = this.read(limit);
        // It is awaited in a turn to come, if there is one.
        this.ahead.catch(() => undefined);
      } else {
        this.lingers = true;
      }
      if (records > 0) return batches;
    }
  }

  private async read(records: number): Promise<SpoolBatch[]> {
    if (this.consumer.backlog(this.stream) === 0) return [];
    return this.consumer.read(this.stream, { records, bytes: MAX_BYTES, after: this.lastId });
  }
}
