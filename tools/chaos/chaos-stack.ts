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
import type { BrokerCluster } from '../broker/broker-cluster';
import { BrokerGate } from './broker-gate';
import { SpoolDisk } from './spool-disk';
import { until } from './until';

/** Small enough to be filled within seconds. */
const SPOOL_MAX_MB = 16;
/** Takes what comes while a cluster is down. */
const BROKERED_SPOOL_MAX_MB = 256;
const ROOT = join(__dirname, '..', '..', '..');

/** `writer` is a predictor too, with that role alone; there is one where a broker is. */
export type App = 'predictor' | 'experiments' | 'writer';

interface Ports {
  readonly postgres: number;
  readonly experiments: number;
  readonly http: number;
  readonly grpc: number;
  readonly writer: number;
}

/** A broker between the predictor and the writer. */
interface Brokered {
  readonly cluster: BrokerCluster;
  /** The writer's way to it. */
  readonly gate: BrokerGate;
}

export interface ChaosStackOptions {
  /** Arguments of node that come before those of the predictor. */
  readonly predictorArgs: readonly string[];
  /** Where given, it stands between the predictor and a writer of its own; it is the caller's to stop. */
  readonly cluster?: BrokerCluster | undefined;
  readonly log: (line: string) => void;
}

/**
 * What chaos falls upon: PostgreSQL, a predictor with its spool and writer, an experiments app with the fold; or a
 * predictor that publishes, a cluster of RabbitMQ and a writer.
 */
export class ChaosStack {
  readonly key = randomBytes(18).toString('base64url');
  readonly tokenKeys = `1:${randomBytes(32).toString('base64')}`;
  private readonly apps = new Map<App, ServiceProcess>();

  private constructor(
    readonly home: string,
    readonly disk: SpoolDisk,
    private readonly ports: Ports,
    private postgres: RunningPostgres,
    readonly broker: Brokered | undefined,
    private readonly options: ChaosStackOptions,
  ) {}

  static async start(options: ChaosStackOptions): Promise<ChaosStack> {
    const home = mkdtempSync(join(tmpdir(), 'adlift-chaos-'));
    // Under root the embedded PostgreSQL runs as another user.
    chmodSync(home, 0o755);
    mkdirSync(join(home, 'logs'));
    const [postgres = 0, experiments = 0, http = 0, grpc = 0, writer = 0] = await freePorts(5);
    const server = await startPostgres(home, postgres);
    await ensureDatabase(server, 'adlift');
    const { cluster } = options;
    const broker = cluster && { cluster, gate: await BrokerGate.before(cluster.urls) };
    const spool = join(home, 'spool');
    const disk = broker === undefined ? SpoolDisk.prepare(spool, options.log) : SpoolDisk.shared(spool);
    const ports = { postgres, experiments, http, grpc, writer };
    const stack = new ChaosStack(home, disk, ports, server, broker, options);
    for (const app of stack.all) await stack.startApp(app);
    return stack;
  }

  /** The app that writes to PostgreSQL. */
  get writing(): App {
    return this.broker === undefined ? 'predictor' : 'writer';
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
    const args =
      app === 'experiments' ? appArguments(app) : [...this.options.predictorArgs, ...appArguments('predictor')];
    const logFile = join(this.home, 'logs', `${app}.log`);
    const started = new ServiceProcess({
      ...{ name: app, args, logFile, cwd: ROOT, onDeath: () => undefined },
      env: app === 'writer' ? { ...this.environment(), ...this.writerEnvironment() } : this.environment(),
    });
    this.apps.set(app, started);
    const port = { predictor: this.ports.grpc, experiments: this.ports.experiments, writer: this.ports.writer }[app];
    await until(`the ${app} to take connections (see ${logFile})`, () => takesConnections(port));
  }

  /** kill -9 of the server and all its backends; resolves when they are gone. */
  async killPostgres(): Promise<void> {
    const server = this.postmasterPid();
    const pids = [server, ...childrenOf(server)];
    pids.forEach(killHard);
    // Until they are reaped: a server does not start while its predecessor's process id is taken.
    await until('PostgreSQL to be gone', () => Promise.resolve(!pids.some((pid) => existsSync(`/proc/${pid}`))));
  }

  /** SIGSTOP to every process of PostgreSQL; what is returned lets them go on. */
  stopPostgres(): () => void {
    const server = this.postmasterPid();
    process.kill(server, 'SIGSTOP');
    // It makes no more of them now.
    const backends = childrenOf(server);
    for (const pid of backends) process.kill(pid, 'SIGSTOP');
    return () => {
      for (const pid of [server, ...backends]) process.kill(pid, 'SIGCONT');
    };
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
    await this.broker?.gate.close();
    await this.postgres.stop();
    this.disk.remove();
    if (!keep) rmSync(this.home, { recursive: true, force: true });
  }

  private get all(): App[] {
    return ['experiments', 'predictor', ...(this.broker === undefined ? [] : (['writer'] as const))];
  }

  private postmasterPid(): number {
    const { folder } = postgresHome(this.home, () => undefined);
    const server = livingPostmaster(join(folder, 'data'));
    if (server === undefined) throw new Error('PostgreSQL does not run');
    return server.pid;
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
      ...{ SPOOL_DIR: this.disk.folder, OTEL_SDK_DISABLED: 'true' },
      SPOOL_MAX_MB: String(this.broker === undefined ? SPOOL_MAX_MB : BROKERED_SPOOL_MAX_MB),
      ADLIFT_TOKEN_KEYS: this.tokenKeys,
      ADLIFT_CREDENTIALS: JSON.stringify([
        { name: 'chaos', key: this.key, grants: ['events', 'import', 'metrics', 'models', 'admin'] },
      ]),
      ...{ EXPERIMENTS_KEY: this.key, PREDICTOR_KEY: this.key },
      ADLIFT_ROLES: this.broker === undefined ? 'predict,events,writer' : 'predict,events',
      ...(this.broker === undefined ? {} : { AMQP_URL: this.broker.cluster.urls.join() }),
    };
  }

  /** What the writer's differs in. */
  private writerEnvironment(): Record<string, string> {
    return {
      ...{ ADLIFT_ROLES: 'writer', PREDICTOR_HTTP_PORT: String(this.ports.writer) },
      ...{ SPOOL_DIR: join(this.home, 'writer-spool'), AMQP_URL: this.broker?.gate.urls.join() ?? '' },
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
