import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@adlift/persistence';
import { ensureDatabase, startEmbeddedPostgres } from '../stack/embedded-postgres';
import { freePorts } from '../stack/free-ports';

/** Lets `work` have a PostgreSQL of its own with Adlift's tables, and a folder; both are gone afterwards. */
export async function withPostgres<T>(work: (databaseUrl: string, home: string) => Promise<T>): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'adlift-broker-path-'));
  // Under root the embedded PostgreSQL runs as another user.
  chmodSync(home, 0o755);
  const [port = 0] = await freePorts(1);
  const postgres = await startEmbeddedPostgres({ home, port, password: 'path', log: () => undefined });
  try {
    await ensureDatabase(postgres, 'adlift');
    const databaseUrl = postgres.url('adlift');
    await migrate(databaseUrl);
    return await work(databaseUrl, home);
  } finally {
    await postgres.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
