import type { MessagePort } from 'node:worker_threads';
import { TransientMap } from '@adlift/memory';
import { recordsOf } from './blob';
import type { ConsumerAnswer, ConsumerNotice, ConsumerRequest } from './consumer-protocol';
import { Figures } from './figures';
import { SpoolClosed, SpoolFailed } from './spool-error';
import type { ReadLimit } from './spool-batch';

/** Records that were appended together, to be removed together. */
export interface SpoolBatch {
  /** Grows with the order of arrival. */
  readonly id: number;
  /** Unix milliseconds of the first record. */
  readonly arrivedMs: number;
  /** In the order of arrival; views of memory that is the reader's alone. */
  readonly records: readonly Uint8Array[];
  /**
   * Gives the memory back at once; the records are empty afterwards. Worth its call for large backlogs, as the engine
   * lets some hundred megabytes gather before it looks for memory that nobody needs.
   */
  readonly release: () => void;
}

interface Pending {
  readonly resolve: (answer: ConsumerAnswer) => void;
  readonly reject: (error: Error) => void;
}

type Question = ConsumerRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, 'number'>
    : never
  : never;

/**
 * Takes records out of a spool, in the thread that holds the port. A batch is given again until it was removed, so it
 * may be seen twice: after a crash between the consumer's own commit and the removal. One consumer a stream.
 */
export class SpoolConsumer {
  private link = newLink();
  private current: MessagePort | undefined;
  private figures: Figures | undefined;
  private streams: readonly string[] = [];
  private closed = false;
  private readonly pending = new TransientMap<number, Pending>((number) => number);
  private requests = 0;

  /** `port`: what `Spool.connect` gave. */
  constructor(private readonly port: MessagePort) {
    port.on('message', (notice: ConsumerNotice) => this.noticed(notice));
    port.on('close', () => this.end());
  }

  /** Durable records of a stream, read from shared memory; 0 while the spool has failed. */
  backlog(stream: string): number {
    if (this.current === undefined || this.figures === undefined) return 0;
    return this.figures.backlog(this.streams.indexOf(stream)).records;
  }

  /**
   * The oldest batches of a stream within the limit, but at least one if there is any; they stay in the spool. Waits
   * while the spool has failed. Rejects with SpoolFailed when it fails meanwhile, and with SpoolClosed.
   */
  async read(stream: string, limit: ReadLimit): Promise<SpoolBatch[]> {
    const { records, bytes, after } = limit;
    const { batches } = await this.ask({ type: 'read', stream, records, bytes, after });
    return batches.map(({ id, arrivedMs, blob }) => ({
      id,
      arrivedMs,
      records: recordsOf(blob),
      release: () => void blob.buffer.transfer(0),
    }));
  }

  /**
   * Removes batches; those that are gone already are no error. Only a loss of power can bring back what was removed
   * last. Rejects with SpoolFailed and SpoolClosed as `read` does.
   */
  async remove(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await this.ask({ type: 'remove', ids });
  }

  /** Ends the connection; what was asked and not answered rejects with SpoolClosed. */
  close(): void {
    this.port.close();
    this.end();
  }

  private async ask(question: Question): Promise<ConsumerAnswer> {
    if (this.closed) throw closedError();
    const link = await this.link.promise;
    const number = ++this.requests;
    return new Promise((resolve, reject) => {
      this.pending.set(number, { resolve, reject });
      link.postMessage({ ...question, number });
    });
  }

  private noticed(notice: ConsumerNotice): void {
    switch (notice.type) {
      case 'up':
        this.current = notice.port;
        this.figures = Figures.in(notice.figures);
        this.streams = notice.streams;
        notice.port.on('message', (answer: ConsumerAnswer) => this.answered(answer));
        return this.link.resolve(notice.port);
      case 'down':
        this.current?.close();
        // Whoever waits for the way to the thread goes on waiting; whoever had it waits for the next one.
        if (this.current !== undefined) this.link = newLink();
        this.current = undefined;
        return this.fail(new SpoolFailed(notice.message, notice.retryAfterMs));
      case 'closed':
        return this.end();
    }
  }

  private answered(answer: ConsumerAnswer): void {
    this.pending.get(answer.number)?.resolve(answer);
    this.pending.delete(answer.number);
  }

  private end(): void {
    if (this.closed) return;
    this.closed = true;
    this.current?.close();
    this.link.reject(closedError());
    this.fail(closedError());
  }

  private fail(error: Error): void {
    for (const { reject } of this.pending.values()) reject(error);
    this.pending.clear();
  }
}

function newLink(): PromiseWithResolvers<MessagePort> {
  const link = Promise.withResolvers<MessagePort>();
  // It may be rejected while nobody waits for it.
  link.promise.catch(() => undefined);
  return link;
}

function closedError(): SpoolClosed {
  return new SpoolClosed('the spool is closed');
}
