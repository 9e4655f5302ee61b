import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { isInExperiment, type Assignment } from '@adlift/assignment';

/** The assignments of a token that count, as every writer names and spells them. */
export interface AssignmentList {
  /** First 16 bytes of the SHA-256 of `json`; zeros for the empty list. */
  readonly id: Uint8Array;
  /** UTF-8 of `[[experiment, phase, assigned, served, reason, flagDigest], ...]`; empty for the empty list. */
  readonly json: Uint8Array;
}

const ID_BYTES = 16;
const NONE: AssignmentList = { id: new Uint8Array(ID_BYTES), json: new Uint8Array(0) };
const known = new LRUCache<string, AssignmentList>({ max: 10_000 });

/**
 * The list an event row refers to by its id. The id is a hash of the list, so every process gives the same list the
 * same id without asking anybody.
 */
export function assignmentList(assignments: readonly Assignment[]): AssignmentList {
  const counted = assignments.filter(isInExperiment);
  if (counted.length === 0) return NONE;
  const text = JSON.stringify(
    counted.map((one) => [one.experiment, one.phase, one.assigned, one.served, one.reason, one.flagDigest]),
  );
  const found = known.get(text);
  if (found !== undefined) return found;
  const list = { id: createHash('sha256').update(text).digest().subarray(0, ID_BYTES), json: Buffer.from(text) };
  known.set(text, list);
  return list;
}
