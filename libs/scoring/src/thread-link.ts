import { Worker } from 'node:worker_threads';
import { ScoringUnavailableError } from './scoring-error';
import { threadEntry } from './thread-entry';
import { fromFault, type WorkerRequest, type WorkerResponse } from './worker-protocol';

type Answer = Exclude<WorkerResponse, { fault: unknown }>;
type Question = WorkerRequest extends infer R ? (R extends { seq: number } ? Omit<R, 'seq'> : never) : never;

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** One scoring thread and the requests it has not answered yet. It dies once; then every one of them is rejected. */
export class ThreadLink {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private readonly exited: Promise<void>;
  private nextSeq = 0;
  private death: ScoringUnavailableError | undefined;

  constructor(private readonly onDeath: () => void) {
    const { filename, execArgv } = threadEntry();
    this.worker = new Worker(filename, { execArgv });
    this.worker.on('message', (response: WorkerResponse) => this.settle(response));
    this.worker.on('error', (error) => this.die('the scoring thread failed', error));
    this.exited = new Promise((resolve) => this.worker.once('exit', () => resolve()));
    this.worker.on('exit', (code) => this.die(`the scoring thread exited with code ${code}`));
  }

  get inFlight(): number {
    return this.waiting.size;
  }

  ask(question: Question): Promise<Answer> {
    if (this.death !== undefined) return Promise.reject(this.death);
    const seq = this.nextSeq++;
    return new Promise((resolve, reject) => {
      this.waiting.set(seq, { resolve, reject });
      this.worker.postMessage({ ...question, seq });
    });
  }

  /**
   * Ends the thread; requests in flight are rejected now and not when it has gone. The thread is asked to exit between
   * two runs, because terminating it inside the native runtime aborts the whole process.
   */
  async terminate(reason: string): Promise<void> {
    this.die(reason);
    this.worker.postMessage({ type: 'exit', seq: this.nextSeq++ } satisfies WorkerRequest);
    await this.exited;
  }

  private settle(response: WorkerResponse): void {
    const waiting = this.waiting.get(response.seq);
    this.waiting.delete(response.seq);
    if ('fault' in response) waiting?.reject(fromFault(response.fault));
    else waiting?.resolve(response);
  }

  private die(reason: string, cause?: unknown): void {
    if (this.death !== undefined) return;
    this.death = new ScoringUnavailableError(reason, { cause });
    for (const waiting of this.waiting.values()) waiting.reject(this.death);
    this.waiting.clear();
    this.onDeath();
  }
}
