import { type Column, columnLength, isMissing } from '@adlift/wire';

/**
 * Entries of `column` usable for `n` rows: 0 when it is absent or too short, 1 when it is broadcast, else n.
 */
export function usableLength(column: Column | undefined, n: number): number {
  if (column === undefined) return 0;
  const length = columnLength(column);
  if (length === 1) return 1;
  return length >= n ? n : 0;
}

/** The 32-bit halves of 64-bit integers, low word first: reading them makes no BigInt per entry. */
export function i64Words(values: BigInt64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}

/** The number at entry `i`, undefined when missing or text; NaN and infinities are returned as they are. */
export function numberAt(column: Column, i: number): number | undefined {
  if (isMissing(column, i)) return undefined;
  switch (column.kind) {
    case 'f32':
    case 'i32':
      return column.values[i];
    case 'i64':
      return Number(column.values[i]);
    case 'dict':
      return undefined;
  }
}

/** The category at entry `i` as text, numbers in decimal; undefined when missing, non-finite or outside the dict. */
export function textAt(column: Column, i: number): string | undefined {
  if (isMissing(column, i)) return undefined;
  switch (column.kind) {
    case 'f32':
      return Number.isFinite(column.values[i]) ? String(column.values[i]) : undefined;
    case 'i32':
    case 'i64':
      return String(column.values[i]);
    case 'dict':
      return column.dict[column.idx[i]];
  }
}
