import type { Column } from '@adlift/wire';
import { usableLength } from './column-entry';
import { FeatureSchemaError, type NumericFeature, type NumericTransform } from './feature-schema';
import { NumberReader } from './number-reader';
import { RowFlag } from './row-flags';

/** Caller's row-major numeric matrix and row flags, with the number of numeric columns. */
export interface NumericTarget {
  readonly numeric: Float32Array;
  readonly stride: number;
  readonly flags: Uint8Array;
}

const COUNTS = 512;

/** Applies a numeric transform to one value. */
export function transformNumber(transform: NumericTransform, x: number): number {
  switch (transform) {
    case 'identity':
      return x;
    case 'log1p':
      return Math.log1p(Math.max(x, 0));
    case 'signed_log1p':
      return Math.sign(x) * Math.log1p(Math.abs(x));
  }
}

/** Writes the value column of one numeric feature and, when declared, its missing indicator beside it. */
export class NumericEncoder {
  private readonly low: number;
  private readonly high: number;
  private readonly imputed: number;
  /** Encoded values of the first whole numbers: most numbers of click data are counts, and logarithms are slow. */
  private readonly counts: Float32Array;
  private readonly reader = new NumberReader();
  private flag = 0;
  private absent = 0;

  constructor(
    private readonly feature: NumericFeature,
    private readonly at: number,
  ) {
    const [low, high] = feature.clip ?? [-Infinity, Infinity];
    this.low = feature.transform === 'log1p' ? Math.max(low, 0) : low;
    this.high = Math.max(high, this.low);
    this.imputed = Math.fround(this.standardise(Math.min(Math.max(feature.impute, this.low), this.high)));
    if (!Number.isFinite(this.imputed)) {
      throw new FeatureSchemaError(`feature "${feature.name}": the imputed value overflows single precision`);
    }
    this.counts = Float32Array.from({ length: COUNTS }, (_, count) => this.standardise(count));
  }

  encode(column: Column | undefined, n: number, target: NumericTarget): void {
    const length = usableLength(column, n);
    if (column === undefined || length === 0) {
      this.flag = RowFlag.MISSING_FEATURE;
      this.absent = 1;
      this.fill(this.imputed, n, target);
      return;
    }
    if (length > 1 && column.missing === undefined && (column.kind === 'f32' || column.kind === 'i32')) {
      this.encodeNumbers(column.values, n, target);
      return;
    }
    this.reader.open(column);
    if (length === 1) {
      this.fill(this.valueAt(0), n, target);
      return;
    }
    const { numeric, stride, flags } = target;
    const indicator = this.feature.missingIndicator;
    for (let i = 0, k = this.at; i < n; i++, k += stride) {
      numeric[k] = this.valueAt(i);
      if (indicator) numeric[k + 1] = this.absent;
      flags[i] |= this.flag;
    }
  }

  /** A whole column of numbers, none marked missing: the same as value by value, in one loop. */
  private encodeNumbers(values: Float32Array | Int32Array, n: number, target: NumericTarget): void {
    const { numeric, stride, flags } = target;
    const { low, high, imputed, counts } = this;
    const indicator = this.feature.missingIndicator;
    for (let i = 0, k = this.at; i < n; i++, k += stride) {
      const raw = values[i];
      const clipped = raw < low ? low : raw > high ? high : raw;
      const isCount = clipped >= 0 && clipped < COUNTS && (clipped | 0) === clipped;
      const value = isCount ? counts[clipped] : Math.fround(this.standardise(clipped));
      // x - x is 0 for finite numbers alone.
      const usable = raw - raw === 0 && value - value === 0;
      numeric[k] = usable ? value : imputed;
      if (indicator) numeric[k + 1] = usable ? 0 : 1;
      if (!usable) flags[i] |= RowFlag.NON_FINITE;
      else if (clipped !== raw) flags[i] |= RowFlag.CLIPPED;
    }
  }

  private fill(value: number, n: number, target: NumericTarget): void {
    const { numeric, stride, flags } = target;
    for (let i = 0, k = this.at; i < n; i++, k += stride) {
      numeric[k] = value;
      if (this.feature.missingIndicator) numeric[k + 1] = this.absent;
      flags[i] |= this.flag;
    }
  }

  private valueAt(i: number): number {
    const raw = this.reader.read(i);
    this.flag = this.reader.flag;
    if (this.flag === 0) {
      const clipped = raw < this.low ? this.low : raw > this.high ? this.high : raw;
      const value = Math.fround(this.standardise(clipped));
      if (Number.isFinite(value)) {
        this.absent = 0;
        if (clipped !== raw) this.flag = RowFlag.CLIPPED;
        return value;
      }
      // Without a clip a finite number can still overflow single precision.
      this.flag = RowFlag.NON_FINITE;
    }
    this.absent = 1;
    return this.imputed;
  }

  private standardise(x: number): number {
    return (transformNumber(this.feature.transform, x) - this.feature.mean) / this.feature.scale;
  }
}
