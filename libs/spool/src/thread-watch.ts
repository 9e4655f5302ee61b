import { type MessagePort, Worker } from 'node:worker_threads';
import { threadEntry } from '@adlift/threads';
import type { Damage } from './spool-batch';
import { SpoolFailed } from './spool-error';
import { fromFault, type ThreadAnswer, type ThreadData, type ThreadRequest } from './thread-protocol';

/** Delays in milliseconds before a dead thread is replaced: doubled from `first` up to `longest`. */
export interface RestartDelays {
  readonly first: number;
  readonly longest: number;
}

export interface ThreadListener {
  /** The file is open: groups and consumers are taken. */
  opened(): void;
  /** The thread is through with a group: it is durable, or there was no room for any of it. */
  answered(number: number, full: boolean): void;
  /** A batch was set aside. */
  damaged(damage: Damage): void;
  /** The thread is gone, and with it what it had not answered; it is replaced unless it never opened the file. */
  died(error: Error): void;
}

// A thread that lived this long was healthy; its successor starts with the first delay again.
const HEALTHY_MS = 10_000;

/** The thread that owns the file. One that dies is replaced; the new one opens the file again and finds what was kept. */
export class ThreadWatch {
  /** Threads started to replace a dead one. */
  restarts = 0;
  private worker: Worker | undefined;
  private fault: Error | undefined;
  private everOpened = false;
  private closing = false;
  private openSince: number | undefined;
  private delay: number;
  private restartAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly ended = Promise.withResolvers<void>();

  constructor(
    private readonly data: ThreadData,
    private readonly delays: RestartDelays,
    private readonly listener: ThreadListener,
  ) {
    this.delay = delays.first;
    this.start();
  }

  get open(): boolean {
    return this.openSince !== undefined;
  }

  /** Milliseconds until the file is tried again. */
  get retryAfterMs(): number {
    return Math.max(this.delays.first, this.restartAt - Date.now());
  }

  tell(request: ThreadRequest, transfer: readonly MessagePort[] = []): void {
    this.worker?.postMessage(request, transfer);
  }

  /** Closes the file and ends the thread. */
  async close(): Promise<void> {
    this.closing = true;
    clearTimeout(this.timer);
    if (this.worker === undefined) return;
    this.tell({ type: 'close' });
    await this.ended.promise;
  }

  /** Ends the thread as a crash would. */
  async kill(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): void {
    const { filename, execArgv } = threadEntry(__dirname, 'spool-thread');
    const worker = new Worker(filename, { execArgv, workerData: this.data });
    this.worker = worker;
    worker.on('message', (answer: ThreadAnswer) => this.heard(answer));
    worker.on('error', (error) => (this.fault ??= new SpoolFailed(messageOf(error), this.delay)));
    worker.on('exit', (code) => this.exited(code));
  }

  private heard(answer: ThreadAnswer): void {
    switch (answer.type) {
      case 'open':
        this.everOpened = true;
        this.openSince = Date.now();
        return this.listener.opened();
      case 'kept':
        return this.listener.answered(answer.number, false);
      case 'full':
        return this.listener.answered(answer.number, true);
      case 'damaged':
        return this.listener.damaged(answer.damage);
      case 'fault':
        this.fault = fromFault(answer.fault, this.data.file, this.delay);
        return;
    }
  }

  private exited(code: number): void {
    const error = this.fault ?? new SpoolFailed(`the thread of the spool exited with code ${code}`, this.delay);
    if (this.openSince !== undefined && Date.now() - this.openSince > HEALTHY_MS) this.delay = this.delays.first;
    this.worker = this.fault = this.openSince = undefined;
    if (this.everOpened && !this.closing) {
      this.restartAt = Date.now() + this.delay;
      this.timer = setTimeout(() => this.restart(), this.delay);
      this.delay = Math.min(this.delay * 2, this.delays.longest);
    } else this.ended.resolve();
    if (!this.closing || code !== 0) this.listener.died(error);
  }

  private restart(): void {
    this.restarts++;
    this.start();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
