import type { ClientBase } from 'pg';

/** What one run compares; undefined when there is nothing of the kind. */
export interface ReconcileWork {
  /** "YYYY-MM-DD", before today, not sealed. */
  readonly day: string | undefined;
  readonly experiment: string | undefined;
}

/** The work of the run number `turn`: days and experiments take turns, so all of them get theirs. */
export async function reconcileWork(client: ClientBase, turn: number): Promise<ReconcileWork> {
  const { rows } = await client.query<{ days: string[] | null; experiments: string[] | null }>(
    `SELECT
       (SELECT array_agg(day::text ORDER BY day) FROM (SELECT DISTINCT day FROM rollup_day
        WHERE day < (now() AT TIME ZONE 'UTC')::date AND day NOT IN (SELECT day FROM sealed_day)) AS past) AS days,
       (SELECT array_agg(experiment ORDER BY experiment) FROM (SELECT DISTINCT experiment FROM exp_moments) AS kept)
         AS experiments`,
  );
  const inTurn = (all: string[] | null | undefined): string | undefined => all?.[turn % all.length];
  return { day: inTurn(rows[0]?.days), experiment: inTurn(rows[0]?.experiments) };
}
