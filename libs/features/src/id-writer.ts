import { RowFlag } from './row-flags';

/** Marks a missing part in a hash scratch column; real hashes are never negative. */
export const MISSING_HASH = -1;

/** Caller's row-major id matrix and row flags, with the number of id columns. */
export interface IdTarget {
  readonly ids: Int32Array;
  readonly stride: number;
  readonly flags: Uint8Array;
}

/** Where one id column lies: its place in the row, its first global id, and the hashes it keeps for crosses. */
export interface IdColumn {
  readonly at: number;
  readonly offset: number;
  readonly hashes: HashColumn | undefined;
}

/** Hashes of one feature's values, one per row, reused from call to call and grown as needed. */
export class HashColumn {
  values = new Float64Array(64);

  reserve(n: number): void {
    if (n > this.values.length) this.values = new Float64Array(2 ** Math.ceil(Math.log2(n)));
  }
}

/** Gives every row the same id, hash and flag. */
export function fillIds(
  target: IdTarget,
  column: IdColumn,
  n: number,
  entry: { slot: number; hash: number; flag: number },
): void {
  const id = column.offset + entry.slot;
  for (let i = 0, k = column.at; i < n; i++, k += target.stride) target.ids[k] = id;
  if (entry.flag !== 0) for (let i = 0; i < n; i++) target.flags[i] |= entry.flag;
  column.hashes?.values.fill(entry.hash, 0, n);
}

/** Gives every row the missing slot. */
export function fillMissingIds(target: IdTarget, column: IdColumn, n: number, missingSlot: number): void {
  fillIds(target, column, n, { slot: missingSlot, hash: MISSING_HASH, flag: RowFlag.MISSING_FEATURE });
}
