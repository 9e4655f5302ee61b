import type { ClientBase } from 'pg';

/** Runs `work` in a transaction of `client`: committed when it resolves, rolled back when it rejects. */
export async function inTransaction<Result>(
  client: ClientBase,
  work: () => Promise<Result>,
  mode = '',
): Promise<Result> {
  await client.query(`BEGIN ${mode}`);
  try {
    const result = await work();
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // Without a connection there is nothing to roll back, and the first error is the one that tells why.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
