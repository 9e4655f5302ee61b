import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { DemoDocument } from '../../../tools/demo/demo-document';
import { readSecrets, type StackSecrets } from '../../../tools/stack/secrets';
import { freePorts } from '../../../tools/stack/free-ports';

const TOOLS = join(__dirname, '..', '..', '..', 'dist', 'tools');
const PORTS = [
  'POSTGRES_PORT',
  'UNLEASH_PORT',
  'EXPERIMENTS_PORT',
  'PREDICTOR_HTTP_PORT',
  'PREDICTOR_GRPC_PORT',
  'PREDICTOR_EDGE_PORT',
];

/** What the running stack notes of itself beside its state. */
interface Addresses {
  readonly databaseUrl: string;
  readonly unleashUrl: string;
  readonly experimentsUrl: string;
  readonly predictorUrl: string;
  readonly grpcAddress: string;
}

/** The built stack as `npm start` runs it, in a home (with a space in its path) and on ports of its own. */
export class BuiltStack {
  private constructor(
    readonly home: string,
    readonly env: NodeJS.ProcessEnv,
    private readonly launcher: ChildProcess,
  ) {}

  static async start(variables: NodeJS.ProcessEnv = {}): Promise<BuiltStack> {
    return BuiltStack.startIn(await freshEnvironment(variables));
  }

  private static async startIn(env: StackVariables): Promise<BuiltStack> {
    const launcher = launch(env);
    await said(launcher, 'Ready in');
    return new BuiltStack(env.ADLIFT_HOME, env, launcher);
  }

  /** A header with a key of the stack's own. */
  authorization(key: keyof StackSecrets): { authorization: string } {
    return { authorization: `Bearer ${readSecrets(this.home)[key]}` };
  }

  get pid(): number {
    return this.launcher.pid as number;
  }

  /** Starts again with the same home and ports. */
  restart(): Promise<BuiltStack> {
    return BuiltStack.startIn({ ...this.env, ADLIFT_HOME: this.home });
  }

  /** Takes the launcher away without a chance to clean up. */
  async kill(): Promise<void> {
    this.launcher.kill('SIGKILL');
    await once(this.launcher, 'exit');
  }

  /** Resolves with the exit code when the launcher ends by itself. */
  async exitCode(): Promise<number | null> {
    if (this.launcher.exitCode === null) await once(this.launcher, 'exit');
    return this.launcher.exitCode;
  }

  addresses(): Addresses {
    return JSON.parse(readFileSync(join(this.home, 'running.json'), 'utf8')) as Addresses;
  }

  /** Plays a demo against the stack, as `npm run -s demo -- --once --json` does; the first one trains for all of them. */
  async demo(...options: string[]): Promise<DemoDocument> {
    const keep = ['--keep-models', join(this.home, 'models')];
    const script = [join(TOOLS, 'demo', 'main.js'), '--once', '--json', ...keep, ...options];
    const { stdout } = await promisify(execFile)(process.execPath, script, { env: this.env, maxBuffer: 1e7 });
    return JSON.parse(stdout) as DemoDocument;
  }

  async stop(): Promise<void> {
    if (this.launcher.exitCode === null && this.launcher.signalCode === null) {
      this.launcher.kill('SIGTERM');
      await once(this.launcher, 'exit');
    }
    rmSync(this.home, { recursive: true, force: true });
  }
}

export type StackVariables = NodeJS.ProcessEnv & { ADLIFT_HOME: string };

/** The environment of a stack in a new home and on ports of its own. */
export async function freshEnvironment(variables: NodeJS.ProcessEnv = {}): Promise<StackVariables> {
  const ports = await freePorts(PORTS.length);
  return {
    ...process.env,
    ADLIFT_HOME: openHome(),
    ...Object.fromEntries(PORTS.map((name, i) => [name, String(ports[i])])),
    ...variables,
  };
}

/** The built launcher, with its progress on a pipe. */
export function launch(env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [join(TOOLS, 'stack', 'main.js')], { env, stdio: ['ignore', 'inherit', 'pipe'] });
}

/** Resolves when the process has said `text` on standard error. Throws with what it said instead when it ends first. */
export async function said(child: ChildProcess, text: string): Promise<void> {
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

/** A home with a space in its path, which the account that PostgreSQL runs as under root can reach too. */
function openHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'adlift e2e '));
  chmodSync(home, 0o755);
  return home;
}
