import type { EntityManager } from 'typeorm';

/** One change: who did what to what. */
export interface AuditEntry {
  /** Name of the caller; "adlift" for what the system did by itself. */
  readonly actor: string;
  /** Such as "experiment.start". */
  readonly action: string;
  /** Such as "experiment:demo-1". */
  readonly subject: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Adds the entry, to the transaction of the change itself wherever there is one: neither is stored without the other. */
export async function writeAudit(
  manager: Pick<EntityManager, 'query'>,
  { actor, action, subject, before, after }: AuditEntry,
): Promise<void> {
  await manager.query('INSERT INTO audit (actor, action, subject, before, after) VALUES ($1, $2, $3, $4, $5)', [
    actor,
    action,
    subject,
    before === undefined ? null : JSON.stringify(before),
    after === undefined ? null : JSON.stringify(after),
  ]);
}
