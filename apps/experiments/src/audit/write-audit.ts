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

/**
 * Adds the entry, and what webhooks are to be told of it, to the transaction of the change itself wherever there is one: neither is
 * stored without the other.
 */
export async function writeAudit(
  manager: Pick<EntityManager, 'query'>,
  { actor, action, subject, before, after }: AuditEntry,
): Promise<void> {
  await manager.query(
    `WITH entry AS (
       INSERT INTO audit (actor, action, subject, before, after) VALUES ($1, $2, $3, $4, $5) RETURNING id)
     INSERT INTO webhook_delivery (webhook, audit)
     SELECT w.id, entry.id FROM entry, webhook w WHERE EXISTS (
       SELECT FROM unnest(w.actions) AS wanted
       WHERE wanted = $2 OR (right(wanted, 1) = '*' AND starts_with($2, left(wanted, -1))))`,
    [
      actor,
      action,
      subject,
      before === undefined ? null : JSON.stringify(before),
      after === undefined ? null : JSON.stringify(after),
    ],
  );
}
