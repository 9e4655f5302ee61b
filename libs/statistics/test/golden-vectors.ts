import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A golden file by its name without extension; every file names its source. */
export function readGolden<T>(name: string): T & { source: string } {
  return JSON.parse(readFileSync(join(__dirname, 'golden', `${name}.json`), 'utf8')) as T & { source: string };
}

/** Distance of `actual` from `expected`, relative to it where it is not small itself. */
export const discrepancy = (actual: number, expected: number): number =>
  Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-3);

/** Distance of `actual` from `expected` relative to it, or the plain distance from an expected 0. */
export const relativeDiscrepancy = (actual: number, expected: number): number =>
  Math.abs(actual - expected) / (Math.abs(expected) || 1);
