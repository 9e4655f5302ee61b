/**
 * One decoded feature column. `values` (or `idx`) holds 1 entry, broadcast to every candidate, or one entry per
 * candidate. `missing` is a bitmap, least significant bit first, with a set bit where the value is absent;
 * a missing value differs from 0 and from the empty string.
 */
export type Column =
  | { readonly kind: 'f32'; readonly values: Float32Array; readonly missing?: Uint8Array }
  | { readonly kind: 'i32'; readonly values: Int32Array; readonly missing?: Uint8Array }
  | { readonly kind: 'i64'; readonly values: BigInt64Array; readonly missing?: Uint8Array }
  | {
      readonly kind: 'dict';
      readonly dict: readonly string[];
      readonly idx: Uint32Array;
      readonly missing?: Uint8Array;
    };

/** Columns by feature name; a `Map` is one. */
export interface Columns extends Iterable<[string, Column]> {
  readonly size: number;
  get(name: string): Column | undefined;
  has(name: string): boolean;
  keys(): Iterable<string>;
  forEach(look: (column: Column, name: string) => void): void;
}

/** Number of entries in a column: 1 (broadcast) or one per candidate. */
export function columnLength(column: Column): number {
  return column.kind === 'dict' ? column.idx.length : column.values.length;
}

/** Whether entry `i` is marked missing in the column's bitmap. */
export function isMissing(column: Column, i: number): boolean {
  const bits = column.missing;
  return bits !== undefined && ((bits[i >> 3] ?? 0) & (1 << (i & 7))) !== 0;
}
