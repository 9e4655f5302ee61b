import { type TransferListItem, Worker } from 'node:worker_threads';
import { threadEntry } from '@adlift/threads';
import type { WriterData, WriterNotice } from './writer-protocol';

export interface WriterWatchOptions {
  /** What each new thread is given, with an end of the spool of its own where it reads that. */
  readonly data: () => WriterData;
  readonly heard: (notice: WriterNotice) => void;
  /** Told each time the thread has died; it is replaced. */
  readonly died: (error: Error) => void;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5000;
/** A thread that lived this long was healthy; its successor starts with the first delay again. */
const HEALTHY_MS = 10_000;

/** A thread that moves records. One that dies is replaced; where it took them from has what it had not moved. */
export class WriterWatch {
  /** Threads started to replace a dead one. */
  restarts = 0;
  private worker: Worker;
  private fault: Error | undefined;
  private alive = false;
  private startedAt = 0;
  private delayMs = FIRST_DELAY_MS;
  private timer: NodeJS.Timeout | undefined;
  private ending = false;
  private readonly ended = Promise.withResolvers<void>();

  constructor(private readonly options: WriterWatchOptions) {
    this.worker = this.start();
  }

  /** Resolves when the thread has ended: after the transactions it is in, or after `graceMs` without them. */
  async end(graceMs: number): Promise<void> {
    this.ending = true;
    clearTimeout(this.timer);
    if (!this.alive) return;
    this.worker.postMessage('end');
    const tooLong = setTimeout(() => void this.worker.terminate(), graceMs);
    await this.ended.promise;
    clearTimeout(tooLong);
  }

  /** Ends the thread as a crash would; for fault tests. */
  async kill(): Promise<void> {
    await this.worker.terminate();
  }

  private start(): Worker {
    const { filename, execArgv } = threadEntry(__dirname, 'writer-thread');
    const workerData = this.options.data();
    const transferList: TransferListItem[] = 'spool' in workerData ? [workerData.spool] : [];
    const worker = new Worker(filename, { execArgv, workerData, transferList });
    this.startedAt = Date.now();
    this.alive = true;
    worker.on('message', this.options.heard);
    worker.on('error', (error) => (this.fault = error as Error));
    worker.on('exit', (code) => this.exited(code));
    return worker;
  }

  private exited(code: number): void {
    const fault = this.fault ?? new Error(`the writing thread exited with code ${code}`);
    this.fault = undefined;
    this.alive = false;
    if (this.ending) return this.ended.resolve();
    this.options.died(fault);
    if (Date.now() - this.startedAt > HEALTHY_MS) this.delayMs = FIRST_DELAY_MS;
    this.timer = setTimeout(() => {
      this.restarts++;
      this.worker = this.start();
    }, this.delayMs);
    this.delayMs = Math.min(this.delayMs * 2, LONGEST_DELAY_MS);
  }
}
