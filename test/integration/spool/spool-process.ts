import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const COMPILER = join(__dirname, '../../jest/register-typescript.cjs');
const PROGRAM = join(__dirname, 'appending-process.ts');

/** A process of its own that appends to a spool until it is killed, and what it has said so far. */
export class SpoolProcess {
  readonly acknowledged: number[] = [];
  /** Codes of the errors with which appends were rejected. */
  readonly refusals: string[] = [];
  /** Times the spool's thread died. */
  deaths = 0;
  private readonly exited: Promise<void>;
  private readonly child: ChildProcess;
  private said = '';
  private opened = false;
  private heard: (() => void)[] = [];

  /** Its records are numbered from `first`. */
  constructor(file: string, first: number) {
    const args = ['--require', COMPILER, PROGRAM, file, String(first)];
    this.child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.hear(text));
    // After its last words were read, not just when it has gone.
    this.exited = new Promise((resolve) => this.child.once('close', () => resolve()));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves when the spool is open in the other process. */
  open(): Promise<void> {
    return this.until(() => this.opened);
  }

  /** Resolves when so many more records were acknowledged. */
  acknowledges(more: number): Promise<void> {
    const count = this.acknowledged.length + more;
    return this.until(() => this.acknowledged.length >= count);
  }

  /** Resolves when the condition holds; it is looked at after every word. Rejects when the process ends before. */
  async until(condition: () => boolean): Promise<void> {
    const ended = this.exited.then(() => Promise.reject(new Error('the process ended')));
    ended.catch(() => undefined);
    while (!condition()) await Promise.race([new Promise<void>((resolve) => this.heard.push(resolve)), ended]);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private hear(text: string): void {
    const words = (this.said + text).split('\n');
    this.said = words.pop() ?? '';
    for (const word of words) {
      if (word === 'open') this.opened = true;
      else if (word === 'died') this.deaths++;
      else if (word.startsWith('SPOOL_')) this.refusals.push(word);
      else this.acknowledged.push(Number(word));
    }
    for (const heard of this.heard.splice(0)) heard();
  }
}
