import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import type { ProducerData, ProducerNotice } from './producer-protocol';

/** Starts producers one after the other: one that was killed is followed by one that goes on with new events. */
export class Producer {
  /** Events acknowledged so far, replays not counted. */
  acknowledged = 0;
  /** Calls that failed so far. */
  refused = 0;
  private child: ChildProcess;
  private through = 0;
  private failure: Error | undefined;

  constructor(private readonly data: Omit<ProducerData, 'first'>) {
    this.child = this.start();
  }

  /** Throws what ended the producer when nobody had killed it. */
  check(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  /** kill -9, and a successor. */
  kill(): void {
    this.child.removeAllListeners('exit');
    this.child.kill('SIGKILL');
    this.child = this.start();
  }

  /** kill -9 without a successor. */
  end(): void {
    this.child.removeAllListeners('exit');
    this.child.kill('SIGKILL');
  }

  /** Lets the calls under way end. */
  async stop(): Promise<void> {
    this.child.removeAllListeners('exit');
    const ended = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.send('stop');
    await ended;
  }

  private start(): ChildProcess {
    const data: ProducerData = { ...this.data, first: this.through };
    const child = fork(join(__dirname, 'producer-main.js'), [JSON.stringify(data)], { execArgv: [] });
    child.on('message', (notice: ProducerNotice) => {
      if (notice.type === 'begun') this.through = Math.max(this.through, notice.through);
      else if (notice.type === 'acknowledged') this.acknowledged += notice.events;
      else this.refused++;
    });
    child.on('exit', (code) => (this.failure = new Error(`the producer ended with exit code ${code}`)));
    return child;
  }
}
