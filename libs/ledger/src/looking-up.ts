import type { ClientBase } from 'pg';

const PLANS = ['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan'];

/**
 * Runs `work`, inside the caller's transaction, with rows looked up one by one by their keys: few are wanted of tables
 * of millions, and a plan from old statistics would read these from end to end.
 */
export async function lookingUp(client: ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query(PLANS.map((plan) => `SET LOCAL ${plan} = off`).join('; '));
  await work();
  await client.query(PLANS.map((plan) => `SET LOCAL ${plan} TO DEFAULT`).join('; '));
}
