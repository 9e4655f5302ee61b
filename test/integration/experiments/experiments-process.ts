import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..', '..');
const COMPILER = join(ROOT, 'test', 'jest', 'register-typescript.cjs');
const PROGRAM = join(ROOT, 'apps', 'experiments', 'src', 'main.ts');

/** The experiments app in a process of its own, which can be killed. */
export class ExperimentsProcess {
  private readonly child: ChildProcess;

  private constructor(
    readonly url: string,
    env: Readonly<Record<string, string>>,
  ) {
    this.child = spawn(process.execPath, ['--require', COMPILER, PROGRAM], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  /** Resolves when it listens on the port. */
  static async start(port: number, env: Readonly<Record<string, string>>): Promise<ExperimentsProcess> {
    const app = new ExperimentsProcess(`http://127.0.0.1:${port}`, { ...env, EXPERIMENTS_PORT: String(port) });
    const exit = once(app.child, 'exit').then(([code]) => {
      throw new Error(`the experiments app ended with ${String(code)}`);
    });
    await Promise.race([once(app.child, 'message'), exit]);
    exit.catch(() => undefined);
    return app;
  }

  /** Takes it away without a chance to clean up. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}
