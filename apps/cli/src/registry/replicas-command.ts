import { Command } from 'commander';
import type { ReplicaView } from '@adlift/client';
import type { Connect } from '../connection';
import { textTable } from './text-table';
import { print, withAdmin } from './with-admin';

/** `adlift replicas`. */
export function replicasCommand(connect: Connect): Command {
  return new Command('replicas')
    .description('the predictors, whether they live, and which models they have')
    .option('--json', 'print one JSON document on standard output', false)
    .action(async ({ json }: { json: boolean }) => {
      const replicas = await withAdmin(connect, (admin) => admin.replicas());
      print(json, replicas, replicas.length === 0 ? 'no predictor has told of itself' : replicaTable(replicas));
    });
}

function replicaTable(replicas: readonly ReplicaView[]): string {
  const rows = replicas.map(({ id, address, software, live, silentSeconds, models }) => [
    id,
    address,
    software,
    live ? 'live' : 'dead',
    `${silentSeconds.toFixed(1)} s ago`,
    models.map(({ reference, state }) => (state === 'loaded' ? reference : `${reference} (${state})`)).join(', ') ||
      '-',
  ]);
  return textTable(['replica', 'address', 'software', 'state', 'heard of', 'models'], rows);
}
