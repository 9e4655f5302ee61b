import { HeardClient } from './open-pool';
import { dataSourceOptions } from './data-source-options';
import { ADVISORY_LOCKS } from './advisory-locks';

/** Brings the schema up to date. Safe when several replicas start together: one migrates, the others wait. */
export async function migrate(url: string): Promise<void> {
  // Here and not above: whoever only writes rows need not hold an ORM in memory.
  const { DataSource } = await import('typeorm');
  const lock = new HeardClient({ connectionString: url, application_name: 'adlift-migrate' });
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.migration]);
    const source = await new DataSource(dataSourceOptions(url, [])).initialize();
    try {
      await source.runMigrations();
    } finally {
      await source.destroy();
    }
  } finally {
    await lock.end();
  }
}
