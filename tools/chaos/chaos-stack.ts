import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appArguments } from '../stack/app-arguments';
import { ensureDatabase, startEmbeddedPostgres, type RunningPostgres } from '../stack/embedded-postgres';
import { freePorts } from '../stack/free-ports';
import { postgresHome } from '../stack/postgres-home';
import { livingPostmaster } from '../stack/postmaster';
import { ServiceProcess } from '../stack/service-process';
import { SpoolDisk } from './spool-disk';
import { until } from './until';

/** Small enough to be filled within seconds. */
const SPOOL_MAX_MB = 12;
const ROOT = join(__dirname, '..', '..', '..');

export type App = 'predictor' | 'experiments';

export interface ChaosStackOptions {
  /** Arguments of node that come before those of the predictor. */
  readonly predictorArgs: readonly string[];
  readonly log: (line: string) => void;
}

/** What chaos falls upon: PostgreSQL, a predictor with its spool and writer, an experiments app with the fold. */
export class ChaosStack {
  readonly key = randomBytes(18).toString('base64url');
  readonly tokenKeys = `1:${randomBytes(32).toString('base64')}`;
  private readonly apps = new Map<App, ServiceProcess>();

  private constructor(
    readonly home: string,
    readonly disk: SpoolDisk,
    private readonly ports: { postgres: number; experiments: number; http: number; grpc: number },
    private postgres: RunningPostgres,
    private readonly options: ChaosStackOptions,
  ) {}

  static async start(options: ChaosStackOptions): Promise<ChaosStack> {
    const home = mkdtempSync(join(tmpdir(), 'adlift-chaos-'));
    // Under root the embedded PostgreSQL runs as another user.
    chmodSync(home, 0o755);
    mkdirSync(join(home, 'logs'));
    const [postgres = 0, experiments = 0, http = 0, grpc = 0] = await freePorts(4);
    const server = await startPostgres(home, postgres);
    await ensureDatabase(server, 'adlift');
    const disk = SpoolDisk.prepare(join(home, 'spool'), options.log);
    const stack = new ChaosStack(home, disk, { postgres, experiments, http, grpc }, server, options);
    await stack.startApp('experiments');
    await stack.startApp('predictor');
    return stack;
  }

  get databaseUrl(): string {
    return this.postgres.url('adlift');
  }

  get grpcAddress(): string {
    return `127.0.0.1:${this.ports.grpc}`;
  }

  /** Process id of a running app. */
  pidOf(app: App): number {
    const pid = this.apps.get(app)?.pid;
    if (pid === undefined) throw new Error(`the ${app} does not run`);
    return pid;
  }

  /** kill -9; resolves when it is gone. */
  async killApp(app: App): Promise<void> {
    process.kill(this.pidOf(app), 'SIGKILL');
    await this.apps.get(app)?.stop();
    this.apps.delete(app);
  }

  /** Starts an app and waits until it takes connections. */
  async startApp(app: App): Promise<void> {
    const args = [...(app === 'predictor' ? this.options.predictorArgs : []), ...appArguments(app)];
    const logFile = join(this.home, 'logs', `${app}.log`);
    const started = new ServiceProcess({
      ...{ name: app, args, logFile, cwd: ROOT, onDeath: () => undefined },
      env: this.environment(),
    });
    this.apps.set(app, started);
    const port = app === 'predictor' ? this.ports.grpc : this.ports.experiments;
    await until(`the ${app} to take connections (see ${logFile})`, () => takesConnections(port));
  }

  /** kill -9 of the server and all its backends; resolves when they are gone. */
  async killPostgres(): Promise<void> {
    const { folder } = postgresHome(this.home, () => undefined);
    const server = livingPostmaster(join(folder, 'data'));
    if (server === undefined) throw new Error('PostgreSQL does not run');
    const pids = [server.pid, ...childrenOf(server.pid)];
    pids.forEach(killHard);
    // Until they are reaped: a server does not start while its predecessor's process id is taken.
    await until('PostgreSQL to be gone', () => Promise.resolve(!pids.some((pid) => existsSync(`/proc/${pid}`))));
  }

  async startPostgres(): Promise<void> {
    this.postgres = await startPostgres(this.home, this.ports.postgres);
  }

  /** What the predictor says of its spool. */
  async ledger(): Promise<{ events: number; exposures: number; unavailable: boolean }> {
    const answer = await fetch(`http://127.0.0.1:${this.ports.http}/v1/status`, {
      headers: { authorization: `Bearer ${this.key}` },
    });
    return ((await answer.json()) as { ledger: { events: number; exposures: number; unavailable: boolean } }).ledger;
  }

  async stop(keep: boolean): Promise<void> {
    for (const app of this.apps.values()) await app.stop();
    await this.postgres.stop();
    this.disk.remove();
    if (!keep) rmSync(this.home, { recursive: true, force: true });
  }

  private environment(): Record<string, string> {
    const { experiments, http, grpc } = this.ports;
    return {
      ...{ ADLIFT_HOME: this.home, DATABASE_URL: this.databaseUrl, ADLIFT_LOG_LEVEL: 'warn' },
      ...{ EXPERIMENTS_PORT: String(experiments), EXPERIMENTS_URL: `http://127.0.0.1:${experiments}` },
      ...{ PREDICTOR_HTTP_PORT: String(http), PREDICTOR_GRPC_PORT: String(grpc) },
      PREDICTOR_URL: `http://127.0.0.1:${http}`,
      // Nobody is there: events need no flags.
      ...{ UNLEASH_URL: 'http://127.0.0.1:9', UNLEASH_CLIENT_TOKEN: 'none', UNLEASH_ADMIN_TOKEN: 'none' },
      ...{ SPOOL_DIR: this.disk.folder, SPOOL_MAX_MB: String(SPOOL_MAX_MB), OTEL_SDK_DISABLED: 'true' },
      ADLIFT_TOKEN_KEYS: this.tokenKeys,
      ADLIFT_CREDENTIALS: JSON.stringify([
        { name: 'chaos', key: this.key, grants: ['events', 'import', 'metrics', 'models', 'admin'] },
      ]),
      ...{ EXPERIMENTS_KEY: this.key, PREDICTOR_KEY: this.key, ADLIFT_ROLES: 'predict,events,writer' },
    };
  }
}

function startPostgres(home: string, port: number): Promise<RunningPostgres> {
  return startEmbeddedPostgres({ home, port, password: 'chaos', log: () => undefined });
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] === String(parent);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
