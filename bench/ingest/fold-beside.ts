import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { threadEntry } from '@adlift/threads';
import type { FoldData, FoldRequest, FoldResult } from './fold-protocol';

/** The fold, in a thread and on a connection of its own, while something else is measured. */
export class FoldBeside {
  private constructor(private readonly worker: Worker) {}

  static async start(databaseUrl: string): Promise<FoldBeside> {
    const { filename, execArgv } = threadEntry(__dirname, 'fold-thread');
    const workerData: FoldData = { databaseUrl };
    const fold = new FoldBeside(new Worker(filename, { execArgv, workerData }));
    await once(fold.worker, 'message');
    return fold;
  }

  begin(): void {
    this.tell('begin');
  }

  /** Everything is stored: resolves when it is folded. */
  async finish(): Promise<FoldResult> {
    const result = once(this.worker, 'message');
    this.tell('finish');
    return ((await result) as [FoldResult])[0];
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }

  private tell(request: FoldRequest): void {
    this.worker.postMessage(request);
  }
}
