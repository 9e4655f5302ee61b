import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { DemoDocument } from '../../../tools/demo/demo-document';
import { freePorts } from '../../integration/setup/free-ports';

const TOOLS = join(__dirname, '..', '..', '..', 'dist', 'tools');
const PORTS = ['POSTGRES_PORT', 'UNLEASH_PORT', 'EXPERIMENTS_PORT', 'PREDICTOR_HTTP_PORT', 'PREDICTOR_GRPC_PORT'];

/** What the running stack notes of itself beside its state. */
interface Addresses {
  readonly databaseUrl: string;
  readonly experimentsUrl: string;
  readonly predictorUrl: string;
}

/** The built stack as `npm start` runs it, in a home (with a space in its path) and on ports of its own. */
export class BuiltStack {
  private constructor(
    readonly home: string,
    readonly env: NodeJS.ProcessEnv,
    private readonly launcher: ChildProcess,
  ) {}

  static async start(): Promise<BuiltStack> {
    const home = mkdtempSync(join(tmpdir(), 'adlift e2e '));
    const ports = await freePorts(PORTS.length);
    const env = {
      ...process.env,
      ADLIFT_HOME: home,
      ...Object.fromEntries(PORTS.map((name, i) => [name, String(ports[i])])),
    };
    const launcher = spawn(process.execPath, [join(TOOLS, 'stack', 'main.js')], {
      env,
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    await said(launcher, 'Ready in');
    return new BuiltStack(home, env, launcher);
  }

  addresses(): Addresses {
    return JSON.parse(readFileSync(join(this.home, 'running.json'), 'utf8')) as Addresses;
  }

  /** Plays a demo against the stack, as `npm run -s demo -- --once --json` does. */
  async demo(...options: string[]): Promise<DemoDocument> {
    const script = [join(TOOLS, 'demo', 'main.js'), '--once', '--json', ...options];
    const { stdout } = await promisify(execFile)(process.execPath, script, { env: this.env, maxBuffer: 1e7 });
    return JSON.parse(stdout) as DemoDocument;
  }

  async stop(): Promise<void> {
    if (this.launcher.exitCode === null) {
      this.launcher.kill('SIGTERM');
      await once(this.launcher, 'exit');
    }
    rmSync(this.home, { recursive: true, force: true });
  }
}

async function said(child: ChildProcess, text: string): Promise<void> {
  const lines: string[] = [];
  if (child.stderr === null) throw new Error('standard error is not piped');
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    if (line.includes(text)) {
      child.stderr.resume();
      return;
    }
  }
  throw new Error(`the stack ended without saying "${text}":\n${lines.join('\n')}`);
}
