import type { ClientBase } from 'pg';
import { LRUCache } from 'lru-cache';
import type { EventRecord } from '../record/event-record';

type Entry = readonly [
  experiment: string,
  phase: number,
  assigned: string,
  served: string,
  reason: string,
  flagDigest: string,
];

/** Stores each distinct list of assignments once, in assignment_set. */
export class StoredLists {
  private readonly stored = new LRUCache<string, true>({ max: 10_000 });
  private pending = new Set<string>();

  /** Writes the lists of these events that are not stored yet, inside the caller's transaction. */
  async store(client: ClientBase, events: readonly EventRecord[]): Promise<void> {
    // Lists of a batch that failed must not count as stored by the next.
    this.pending = new Set();
    const rows: object[] = [];
    for (const event of events) {
      const id = event.listId;
      if (this.stored.has(id) || this.pending.has(id)) continue;
      this.pending.add(id);
      const { list } = event;
      if (list !== '') rows.push(...(JSON.parse(list) as Entry[]).map((entry) => rowOf(id, entry)));
    }
    if (rows.length === 0) return;
    await client.query(
      `INSERT INTO assignment_set (id, experiment, phase, assigned, served, reason, flag_digest)
       SELECT id, experiment, phase, assigned, served, reason, flag_digest FROM jsonb_to_recordset($1)
         AS r(id uuid, experiment text, phase int, assigned text, served text, reason text, flag_digest text)
       ORDER BY id, experiment ON CONFLICT DO NOTHING`,
      [JSON.stringify(rows)],
    );
  }

  /** To be called after the COMMIT: what was pending need not be sent again. */
  committed(): void {
    for (const id of this.pending) this.stored.set(id, true);
  }
}

function rowOf(id: string, [experiment, phase, assigned, served, reason, flag_digest]: Entry): object {
  return { id, experiment, phase, assigned, served, reason, flag_digest };
}
