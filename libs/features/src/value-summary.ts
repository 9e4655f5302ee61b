import type { Column } from '@adlift/wire';
import { numberAt, textAt, usableLength } from './column-entry';

/** A category and the number of rows that hold it. */
export type CategoryCount = readonly [value: string, rows: number];

/**
 * Categories of a column by falling row count, ties by UTF-16 code unit order, so that the order depends on the data
 * alone.
 */
export function rankCategories(column: Column | undefined, n: number): CategoryCount[] {
  const length = usableLength(column, n);
  const rows = new Map<string, number>();
  for (let i = 0; column !== undefined && i < length; i++) {
    const text = textAt(column, i);
    if (text !== undefined) rows.set(text, (rows.get(text) ?? 0) + (length === 1 ? n : 1));
  }
  return [...rows].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
}

/** Finite numbers of a column in ascending order; a broadcast value is listed once. */
export function sortedNumbers(column: Column | undefined, n: number): Float64Array {
  const length = usableLength(column, n);
  const values = new Float64Array(length);
  let count = 0;
  for (let i = 0; column !== undefined && i < length; i++) {
    const value = numberAt(column, i);
    if (value !== undefined && Number.isFinite(value)) values[count++] = value;
  }
  return values.subarray(0, count).sort();
}

/** Quantile q in [0, 1] of ascending values by linear interpolation (Hyndman and Fan, type 7); NaN when empty. */
export function quantile(sorted: Float64Array, q: number): number {
  if (sorted.length === 0) return NaN;
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

/** Distinct edges that cut ascending values into at most `bins` parts of equal mass. */
export function quantileEdges(sorted: Float64Array, bins: number): number[] {
  const edges = new Set<number>();
  for (let b = 1; b < bins && sorted.length > 0; b++) {
    const edge = sorted[Math.min(Math.ceil((b * sorted.length) / bins), sorted.length - 1)];
    if (edge > sorted[0]) edges.add(edge);
  }
  return [...edges];
}
