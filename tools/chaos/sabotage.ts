import { join } from 'node:path';
import { Client } from 'pg';
import type { ChaosStack } from './chaos-stack';

/** Ways to break a promise on purpose: a run that does not notice is worth nothing. */
export const SABOTAGES = ['ack-before-fsync', 'no-dedupe'] as const;

export type Sabotage = (typeof SABOTAGES)[number];

/** Arguments of node for the predictor under this sabotage. */
export function sabotageArgs(sabotage: Sabotage | undefined): string[] {
  return sabotage === 'ack-before-fsync' ? ['--require', join(__dirname, 'ack-before-fsync.js')] : [];
}

/** Takes from the raw tables what makes an event unique. */
export async function dropIdentities(stack: ChaosStack): Promise<void> {
  const client = new Client({ connectionString: stack.databaseUrl });
  await client.connect();
  try {
    for (const table of ['impression', 'click', 'conversion', 'feedback']) {
      await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey`);
      await client.query(`CREATE INDEX ON ${table} (day, prediction_id, idx)`);
    }
  } finally {
    await client.end();
  }
}
