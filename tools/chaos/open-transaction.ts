import type { Client } from 'pg';

/** A transaction that had written something and not begun to commit. */
export interface OpenTransaction {
  readonly pid: number;
  /** When it began, as PostgreSQL tells. */
  readonly startedAt: string;
  /** What it was doing. */
  readonly query: string;
}

/** Such a transaction of a session of this name, if there is one now. */
export async function openTransaction(admin: Client, application: string): Promise<OpenTransaction | undefined> {
  const { rows } = await admin.query<OpenTransaction>(
    `SELECT pid, xact_start::text AS "startedAt", left(query, 60) AS query FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE $1 AND backend_xid IS NOT NULL
       AND query NOT ILIKE 'COMMIT%' AND query NOT ILIKE 'BEGIN%' ORDER BY xact_start LIMIT 1`,
    [`${application}%`],
  );
  return rows[0];
}
