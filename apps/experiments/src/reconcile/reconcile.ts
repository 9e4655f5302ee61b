import type { ClientBase } from 'pg';
import { mismatches, misjudgedEvents } from '@adlift/ledger';
import { reconcileWork, type ReconcileWork } from './reconcile-work';

export interface Reconciliation {
  readonly work: ReconcileWork;
  /** What differs, one text each, at most {@link MAX_LISTED} of a table. */
  readonly differing: readonly string[];
}

const MAX_LISTED = 20;

/** Compares the day and the experiment whose turn it is with the raw rows. */
export async function reconcile(client: ClientBase, turn: number): Promise<Reconciliation> {
  const work = await reconcileWork(client, turn);
  const { day, experiment } = work;
  const wrong = [
    ...(day === undefined ? [] : await mismatches(client, { day }, MAX_LISTED)),
    ...(experiment === undefined ? [] : await mismatches(client, { experiment }, MAX_LISTED)),
  ];
  const misjudged = day === undefined || !(await hasNeighbour(client, day)) ? [] : await misjudgedEvents(client, day);
  return {
    work,
    differing: [
      ...wrong.map(({ table, key }) => `${table} ${JSON.stringify(key)}`),
      ...misjudged
        .slice(0, MAX_LISTED)
        .map(({ kind, predictionId, idx, valid }) => `${kind} ${predictionId}/${idx} valid=${valid}`),
    ],
  };
}

/** Whether the day before was not dropped: clicks around midnight are judged by those on its other side. */
async function hasNeighbour(client: ClientBase, day: string): Promise<boolean> {
  const { rows } = await client.query<{ dropped: boolean }>(
    'SELECT EXISTS (SELECT FROM sealed_day WHERE day = $1::date - 1) AS dropped',
    [day],
  );
  return rows[0]?.dropped === false;
}
