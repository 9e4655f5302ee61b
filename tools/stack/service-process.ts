import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { StackError } from './stack-error';

export interface ServiceOptions {
  readonly name: string;
  /** Arguments of node: the script and what comes before and after it. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly cwd: string;
  /** Processor that it is to run on, by `taskset` of util-linux; anywhere by default. */
  readonly core?: number;
  /** Told when the process ends although nobody stopped it. */
  readonly onDeath: (error: StackError) => void;
}

const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 12_000;

/** A service as a child process: it says when it is ready over IPC, and ends by itself when this process is gone. */
export class ServiceProcess {
  private readonly child: ChildProcess;
  private readonly ready: Promise<void>;
  private stopping = false;

  constructor(options: ServiceOptions) {
    const log = openSync(options.logFile, 'a', 0o600);
    const pinned = options.core === undefined ? [] : ['taskset', '-c', String(options.core)];
    const [command = '', ...args] = [...pinned, process.execPath, ...options.args];
    this.child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...inherited(), ...options.env },
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.ready = new Promise((resolve, reject) => {
      const overdue = setTimeout(
        () => reject(new StackError(`${options.name} was not ready within 60 s, see ${options.logFile}`)),
        READY_TIMEOUT_MS,
      );
      this.child.once('message', () => {
        clearTimeout(overdue);
        resolve();
      });
      this.child.once('exit', (code, signal) => {
        clearTimeout(overdue);
        if (this.stopping) return;
        const error = new StackError(
          `${options.name} ended (${signal ?? `exit code ${code}`}):\n${lastLines(options.logFile)}\n(full log: ${options.logFile})`,
        );
        reject(error);
        options.onDeath(error);
      });
    });
    this.ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Resolves when the service says so. Throws StackError with the end of its log when it dies first. */
  whenReady(): Promise<void> {
    return this.ready;
  }

  /** SIGTERM, and after 12 s SIGKILL. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill('SIGTERM');
    const overdue = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(overdue);
  }
}

/** The environment without npm's own variables and whatever is meant for the launcher's Node alone. */
function inherited(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !/^(npm_|NODE_OPTIONS$)/.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-8).join('\n');
}
