import { Client } from 'pg';
import { migrate } from '@adlift/persistence';
import { testServers } from './test-servers';

/** A database of one test file's own. */
export interface TestDatabase {
  readonly url: string;
  readonly name: string;
  /** Drops it, sessions included. */
  drop(): Promise<void>;
}

const TEMPLATE = 'adlift_template';
/** Any constant works; it must only be the same in every worker. */
const TEMPLATE_LOCK = 4_711;

/** A fresh, migrated database, copied from a template that the first caller of a run makes. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { postgres } = testServers();
  const name = `test_${process.pid}_${Date.now().toString(36)}_${Math.random().toString(36).slice(2, 8)}`;
  await onCluster(async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [TEMPLATE]);
    if (rowCount === 0) {
      await client.query(`CREATE DATABASE ${TEMPLATE}_draft`);
      await migrate(`${postgres}${TEMPLATE}_draft`);
      await client.query(`ALTER DATABASE ${TEMPLATE}_draft RENAME TO ${TEMPLATE}`);
    }
    // Files copied as they are: nothing of them has to go through the log of a server that outlives no crash.
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY`);
  });
  return {
    name,
    url: `${postgres}${name}`,
    drop: () => onCluster(async (client) => void (await client.query(`DROP DATABASE ${name} WITH (FORCE)`))),
  };
}

async function onCluster(use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: `${testServers().postgres}postgres` });
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}
