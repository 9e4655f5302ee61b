import type { ClientBase } from 'pg';

/** Deleted at once; the next run goes on. */
const MOST = 50_000;

/**
 * Deletes versions of ads that were replaced before `day` ("YYYY-MM-DD"), and returns how many. The newest version of
 * each ad stays, removals included: a copy of the catalogue that is behind must learn of them.
 */
export async function pruneAdVersions(client: ClientBase, day: string): Promise<number> {
  const { rowCount } = await client.query(
    `DELETE FROM ad_version WHERE (ad_id, version) IN (
       SELECT old.ad_id, old.version FROM ad_version old
       WHERE old.changed_at < $1 AND EXISTS (
         SELECT FROM ad_version newer
         WHERE newer.ad_id = old.ad_id AND newer.version > old.version AND newer.changed_at < $1
       ) LIMIT ${MOST}
     )`,
    [day],
  );
  return rowCount ?? 0;
}
