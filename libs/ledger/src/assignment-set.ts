import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import { LRUCache } from 'lru-cache';
import { isInExperiment, type Assignment } from '@adlift/assignment';
import { copyInto, copyRow } from '@adlift/persistence';

/** Id of the empty list: the event counts for its unit, in no experiment. */
export const NO_ASSIGNMENTS = '00000000-0000-0000-0000-000000000000';

/**
 * Stores each distinct list of assignments once. The id is a hash of the list, so every writer gives the same list the
 * same id without asking anybody.
 */
export class AssignmentSets {
  private readonly stored = new LRUCache<string, true>({ max: 10_000 });
  private readonly pending = new Map<string, readonly Assignment[]>();

  /** To be called before a batch is staged: lists of a batch that failed must not fail the next one too. */
  begin(): void {
    this.pending.clear();
  }

  /** Id of the list's assignments that count; the list is written by the next {@link store}. */
  idOf(assignments: readonly Assignment[]): string {
    const counted = assignments.filter(isInExperiment);
    if (counted.length === 0) return NO_ASSIGNMENTS;
    const text = JSON.stringify(
      counted.map((one) => [one.experiment, one.phase, one.assigned, one.served, one.reason, one.flagDigest]),
    );
    const hex = createHash('sha256').update(text).digest('hex');
    const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
    if (!this.stored.has(id)) this.pending.set(id, counted);
    return id;
  }

  /** Writes the lists not yet stored, inside the caller's transaction. */
  async store(client: ClientBase): Promise<void> {
    if (this.pending.size === 0) return;
    await client.query('CREATE TEMP TABLE staged_set (LIKE assignment_set) ON COMMIT DROP');
    const rows = [...this.pending].flatMap(([id, list]) =>
      list.map((one) => copyRow([id, one.experiment, one.phase, one.assigned, one.served, one.reason, one.flagDigest])),
    );
    await copyInto(client, 'staged_set', 'id, experiment, phase, assigned, served, reason, flag_digest', rows);
    await client.query(
      'INSERT INTO assignment_set SELECT * FROM staged_set ORDER BY id, experiment ON CONFLICT DO NOTHING',
    );
  }

  /** To be called after the COMMIT: what was pending need not be sent again. */
  committed(): void {
    for (const id of this.pending.keys()) this.stored.set(id, true);
    this.pending.clear();
  }
}
