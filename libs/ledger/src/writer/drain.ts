import { SpoolClosed, type SpoolConsumer } from '@adlift/spool';
import type { LedgerStream } from '../ledger-stream';
import { BackOff } from './back-off';
import { BatchReader } from './batch-reader';
import type { Sink } from './sink';
import type { WriterNotice } from './writer-protocol';

export interface DrainOptions {
  readonly stream: LedgerStream;
  readonly consumer: SpoolConsumer;
  /** Each takes its batches beside the others. */
  readonly sinks: readonly Sink[];
  readonly tell: (notice: WriterNotice) => void;
  /** Ends the drain after the batches it is at. */
  readonly ending: AbortSignal;
}

/**
 * Moves one stream from the spool to where it goes for as long as it is let: read, put, remove. What is safe there and
 * was not removed because this process died is read and put again by the next, and found to be a repeat. Failures are
 * tried again for ever.
 */
export class Drain {
  private readonly reader: BatchReader;

  constructor(private readonly options: DrainOptions) {
    const { stream, consumer, ending } = options;
    this.reader = new BatchReader(stream, consumer, ending, new BackOff(ending));
  }

  /** Resolves when the drain has ended or the spool was closed. */
  async run(): Promise<void> {
    await Promise.all(this.options.sinks.map((sink) => this.fill(sink)));
  }

  private async fill(sink: Sink): Promise<void> {
    const { ending, consumer } = this.options;
    const backOff = new BackOff(ending);
    try {
      while (!ending.aborted) {
        const batches = await this.insist(sink, backOff, () => this.reader.next());
        if (batches === undefined || batches.length === 0) continue;
        const records = batches.flatMap((batch) => batch.records);
        const put = async (): Promise<true> => {
          await sink.put(records, batches[0].arrivedMs);
          return true;
        };
        if ((await this.insist(sink, backOff, put)) === undefined) break;
        await this.insist(sink, backOff, () => consumer.remove(batches.map(({ id }) => id)));
        for (const batch of batches) batch.release();
      }
    } catch (error) {
      if (!(error instanceof SpoolClosed)) throw error;
    }
    await sink.close();
  }

  /** What `attempt` gives once it succeeds; undefined when it has failed and the drain ends. Throws SpoolClosed. */
  private async insist<T>(sink: Sink, backOff: BackOff, attempt: () => Promise<T>): Promise<T | undefined> {
    const { ending, stream, tell } = this.options;
    for (;;) {
      try {
        const result = await attempt();
        backOff.succeeded();
        return result;
      } catch (error) {
        if (error instanceof SpoolClosed) throw error;
        sink.reset();
        tell({ type: 'away', stream, message: (error as Error).message });
        await backOff.failed();
        if (ending.aborted) return undefined;
      }
    }
  }
}
