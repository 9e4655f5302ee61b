import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { StackError } from './stack-error';

const STOP_TIMEOUT_MS = 20_000;

/** The server that runs on the data folder, with its port, or undefined. */
export function livingPostmaster(data: string): { pid: number; port: number } | undefined {
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

/** Whether the process lives and, where /proc tells, is a PostgreSQL. */
export function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  if (!existsSync('/proc')) return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    return false;
  }
}

/** Whether a server answers a query at this URL. */
export async function acceptsQueries(connectionString: string): Promise<boolean> {
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

/** Fast shutdown: sessions are cut, the data is left clean. Throws {@link StackError} when it takes over 20 s. */
export async function stopPostmaster(pid: number): Promise<void> {
  if (!isPostgres(pid)) return;
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isPostgres(pid)) {
    if (Date.now() > deadline) throw new StackError(`PostgreSQL (pid ${pid}) did not stop within 20 s`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
