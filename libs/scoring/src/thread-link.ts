import { Worker } from 'node:worker_threads';
import { startedGivingWay, threadEntry } from '@adlift/threads';
import { Doorbell } from './doorbell';
import { ScoringUnavailableError } from './scoring-error';
import type { ThreadAnswer, ThreadData, ThreadRequest } from './worker-protocol';

export interface ThreadListener {
  answered(answer: ThreadAnswer): void;
  /** Called once, however the thread ends. */
  died(reason: ScoringUnavailableError): void;
}

/** One scoring thread and what is told to and by it. It dies once; nothing is heard of it afterwards. */
export class ThreadLink {
  private readonly worker: Worker;
  private readonly exited: Promise<void>;
  private readonly doorbell = new Doorbell();
  private dead = false;

  constructor(private readonly listener: ThreadListener) {
    const { filename, execArgv } = threadEntry(__dirname, 'scoring-thread');
    // Starting and loading take seconds of a processor that other models answer requests on.
    this.worker = startedGivingWay((niceness) => {
      const workerData: ThreadData = { doorbell: this.doorbell.memory, niceness };
      return new Worker(filename, { execArgv, workerData });
    });
    this.worker.on('message', (answer: ThreadAnswer) => {
      if (!this.dead) this.listener.answered(answer);
    });
    this.worker.on('error', (error) => this.die('the scoring thread failed', error));
    this.exited = new Promise((resolve) => this.worker.once('exit', () => resolve()));
    this.worker.on('exit', (code) => this.die(`the scoring thread exited with code ${code}`));
  }

  /** A request may follow another only when that has been answered; `exit` may at any time. */
  tell(request: ThreadRequest): void {
    if (request.type === 'run' && request.memory === undefined && request.texts === undefined) {
      this.doorbell.ring(request);
    } else {
      this.worker.postMessage(request);
      this.doorbell.ring(request.type === 'exit' ? 'exit' : 'message');
    }
  }

  /**
   * Ends the thread; its listener hears of it now and not when it has gone. The thread is asked to exit between two
   * runs, because terminating it inside the native runtime aborts the whole process.
   */
  async end(reason: string): Promise<void> {
    this.die(reason);
    this.tell({ type: 'exit' });
    await this.exited;
  }

  private die(reason: string, cause?: unknown): void {
    if (this.dead) return;
    this.dead = true;
    this.listener.died(new ScoringUnavailableError(reason, { cause }));
  }
}
