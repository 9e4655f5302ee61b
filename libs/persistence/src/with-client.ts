import type { Pool, PoolClient } from 'pg';

/**
 * Lends a connection of the pool to `use`. One that fails is not used again, and one that breaks while no query runs
 * on it does not end the process: it emits an error then, to which somebody must listen.
 */
export async function withClient<Result>(pool: Pool, use: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  client.on('error', ignore);
  try {
    const result = await use(client);
    client.off('error', ignore);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

function ignore(): void {}
