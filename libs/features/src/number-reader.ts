import { type Column, isMissing } from '@adlift/wire';
import { i64Words } from './column-entry';
import { RowFlag } from './row-flags';

/** Reads numbers of one column without allocating; `flag` says why the last read found none (then NaN). */
export class NumberReader {
  flag = 0;
  private column: Column | undefined;
  private words: Int32Array | undefined;

  open(column: Column): void {
    this.column = column;
    this.words = column.kind === 'i64' ? i64Words(column.values) : undefined;
  }

  read(i: number): number {
    const column = this.column;
    this.flag = 0;
    if (column === undefined || column.kind === 'dict' || isMissing(column, i)) {
      this.flag = RowFlag.MISSING_FEATURE;
      return NaN;
    }
    if (column.kind === 'i64') {
      const words = this.words ?? i64Words(column.values);
      return words[2 * i + 1] * 2 ** 32 + (words[2 * i] >>> 0);
    }
    const value = column.values[i];
    if (!Number.isFinite(value)) {
      this.flag = RowFlag.NON_FINITE;
      return NaN;
    }
    return value;
  }
}
