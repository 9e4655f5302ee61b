import { SpoolClosed, type SpoolBatch, type SpoolConsumer } from '@adlift/spool';
import type { LedgerStream } from '../ledger-stream';
import { BackOff } from './back-off';
import { MAX_BYTES, PACE } from './pace';
import type { Sink } from './sink';
import type { WriterNotice } from './writer-protocol';

export interface DrainOptions {
  readonly stream: LedgerStream;
  readonly consumer: SpoolConsumer;
  readonly sink: Sink;
  readonly tell: (notice: WriterNotice) => void;
  /** Ends the drain after the batch it is at. */
  readonly ending: AbortSignal;
}

/**
 * Moves one stream from the spool to a sink for as long as it is let: read, put, remove. What is safe there and could
 * not be removed is read and put again, and found to be a repeat. Failures are tried again for ever.
 */
export class Drain {
  private readonly backOff: BackOff;
  /** The read of the next batches, begun while those before them are stored. */
  private ahead: Promise<SpoolBatch[]> | undefined;

  constructor(private readonly options: DrainOptions) {
    this.backOff = new BackOff(options.ending);
  }

  /** Resolves when the drain has ended or the spool was closed. */
  async run(): Promise<void> {
    const { ending, sink, stream, tell } = this.options;
    while (!ending.aborted) {
      try {
        await this.turn();
        this.backOff.succeeded();
      } catch (error) {
        if (error instanceof SpoolClosed) break;
        this.ahead = undefined;
        sink.reset();
        tell({ type: 'away', stream, message: (error as Error).message });
        await this.backOff.failed();
      }
    }
    await sink.close();
  }

  /** Puts one batch of records; the read of the next is under way already when there is likely to be one. */
  private async turn(): Promise<void> {
    const { stream, consumer, sink } = this.options;
    const { records: limit, lingerMs } = PACE[stream];
    if (this.ahead === undefined && consumer.backlog(stream) === 0) return this.backOff.pause(lingerMs);
    const batches = await (this.ahead ?? consumer.read(stream, { records: limit, bytes: MAX_BYTES }));
    this.ahead = undefined;
    const last = batches.at(-1);
    if (last === undefined) return this.backOff.pause(lingerMs);
    const records = batches.flatMap((batch) => batch.records);
    // Batches are whole commits: one more may not have fitted although there is one.
    const full = 2 * records.length >= limit;
    if (full) {
      this.ahead = consumer.read(stream, { records: limit, bytes: MAX_BYTES, after: last.id });
      // It is awaited in the next turn, and this one may throw first.
      this.ahead.catch(() => undefined);
    }
    await sink.put(records, batches[0].arrivedMs);
    await consumer.remove(batches.map(({ id }) => id));
    for (const batch of batches) batch.release();
    if (!full) await this.backOff.pause(lingerMs);
  }
}
