import { Client } from 'pg';
import { testServers, type UnleashEnvironment } from './test-servers';

/** Keys of the advisory locks; any constants work. */
const LOCKS: Readonly<Record<UnleashEnvironment, number>> = { development: 7_301, production: 7_302 };

/** The flags of one Unleash environment, which the specs of this run share: one spec at a time has experiments there. */
export class FlagsLock {
  private constructor(private readonly client: Client) {}

  /** Waits until no other spec holds the lock. */
  static async take(environment: UnleashEnvironment): Promise<FlagsLock> {
    const client = new Client({ connectionString: `${testServers().postgres}postgres` });
    await client.connect();
    await client.query('SELECT pg_advisory_lock($1)', [LOCKS[environment]]);
    return new FlagsLock(client);
  }

  async release(): Promise<void> {
    await this.client.end();
  }
}
