import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { SERVER_CORE } from './processor';

/** A process on a processor of its own that does one thing when it is told to, and says what came of it. */
export class Contestant<Task, Result> {
  private constructor(private readonly child: ChildProcess) {}

  /** `script` is a file of bench/contestants, without extension; it says when it is ready. */
  static start<Task, Result>(script: string, args: readonly string[]): Promise<Contestant<Task, Result>> {
    return Contestant.startFile(join(__dirname, '..', 'contestants', `${script}.js`), args, SERVER_CORE);
  }

  /** Any script that serves tasks, on a processor; `nodeOptions` come before it. */
  static async startFile<Task, Result>(
    file: string,
    args: readonly string[],
    core: number,
    nodeOptions: readonly string[] = [],
  ): Promise<Contestant<Task, Result>> {
    const child = fork(file, [...args], {
      execPath: 'taskset',
      execArgv: ['-c', String(core), process.execPath, ...nodeOptions],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const contestant = new Contestant<Task, Result>(child);
    await contestant.answer();
    return contestant;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Gives the contestant a task and resolves with its result; rejects when it ends instead. */
  async run(task: Task): Promise<Result> {
    const answer = this.answer();
    this.child.send(task as object);
    return (await answer) as Result;
  }

  async stop(): Promise<void> {
    if (!this.child.connected) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }

  private async answer(): Promise<unknown> {
    const ended = new AbortController();
    try {
      return await Promise.race([
        once(this.child, 'message', { signal: ended.signal }).then(([message]) => message as unknown),
        once(this.child, 'exit', { signal: ended.signal }).then(([code]) => {
          throw new Error(`a contestant ended with code ${code}`);
        }),
      ]);
    } finally {
      ended.abort();
    }
  }
}

/** The contestant's side: does every task it is sent, one after another. */
export function serveTasks<Task, Result>(perform: (task: Task) => Promise<Result>): void {
  process.on('message', (task: Task) => {
    void perform(task).then((result) => process.send?.(result as object));
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}
