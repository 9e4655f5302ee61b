import type { Column } from '@adlift/wire';
import { CategoricalEncoder } from './categorical-encoder';
import { type CategoryCoder, HashCoder, VocabularyCoder } from './category-coder';
import { usableLength } from './column-entry';
import type { DirectFeature, DirectHash, DirectInteger, DirectNumber, DirectVocabulary } from './direct-feature';
import { NumberReader } from './number-reader';
import { RowFlag } from './row-flags';

/**
 * Reads the `n` values of one direct feature and marks in `flags` what it had to repair. The array is the reader's own,
 * valid until the next call.
 */
export interface DirectReader {
  read(column: Column | undefined, n: number, flags: Uint8Array): Float64Array;
}

/** What a feature makes of the numbers it finds: `value` for each, `missing` where there is none. */
interface NumberRule {
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
  readonly missing: number;
}

/** Numbers and integers: clipped to a range, with one value for what is missing or not usable. */
class RangeReader implements DirectReader {
  private values = new Float64Array(64);
  private readonly reader = new NumberReader();
  private flag = 0;

  constructor(private readonly rule: NumberRule) {}

  read(column: Column | undefined, n: number, flags: Uint8Array): Float64Array {
    if (n > this.values.length) this.values = new Float64Array(2 ** Math.ceil(Math.log2(n)));
    const length = usableLength(column, n);
    if (column !== undefined) this.reader.open(column);
    for (let i = 0; i < n; i++) {
      this.values[i] = i >= length ? this.repeated(length) : this.valueAt(i);
      flags[i] |= this.flag;
    }
    return this.values;
  }

  /** Beyond a broadcast entry; `flag` still holds what that entry was. */
  private repeated(length: number): number {
    if (length === 1) return this.values[0];
    this.flag = RowFlag.MISSING_FEATURE;
    return this.rule.missing;
  }

  private valueAt(i: number): number {
    const { low, high, whole, missing } = this.rule;
    const value = this.reader.read(i);
    this.flag = this.reader.flag;
    if (this.flag !== 0) return missing;
    if (whole && !Number.isInteger(value)) {
      this.flag = RowFlag.MISSING_FEATURE;
      return missing;
    }
    if (value >= low && value <= high) return value;
    this.flag = RowFlag.CLIPPED;
    return value < low ? low : high;
  }
}

/** Categories: the codes of the library's own encoder, with the model's codes for what is unknown or missing. */
class CodeReader implements DirectReader {
  private values = new Float64Array(64);
  private slots = new Int32Array(64);
  private slotFlags = new Uint8Array(64);
  private readonly encoder: CategoricalEncoder;

  constructor(
    private readonly coder: CategoryCoder,
    private readonly codes: { readonly unknown: number; readonly missing: number },
  ) {
    this.encoder = new CategoricalEncoder(coder, { at: 0, offset: 0, hashes: undefined });
  }

  read(column: Column | undefined, n: number, flags: Uint8Array): Float64Array {
    if (n > this.values.length) {
      const size = 2 ** Math.ceil(Math.log2(n));
      this.values = new Float64Array(size);
      this.slots = new Int32Array(size);
      this.slotFlags = new Uint8Array(size);
    }
    const { values, slots, slotFlags } = this;
    slotFlags.fill(0, 0, n);
    this.encoder.encode(column, n, { ids: slots, stride: 1, flags: slotFlags });
    const { missingSlot, unknownSlot } = this.coder;
    for (let i = 0; i < n; i++) {
      const slot = slots[i];
      values[i] = slot === missingSlot ? this.codes.missing : slot === unknownSlot ? this.codes.unknown : slot;
      flags[i] |= slotFlags[i];
    }
    return values;
  }
}

/** The reader of every direct feature but a text. */
export function directReader(feature: Exclude<DirectFeature, { as: 'text' }>): DirectReader {
  switch (feature.as) {
    case 'number':
      return new RangeReader(numberRule(feature));
    case 'integer':
      return new RangeReader(integerRule(feature));
    case 'vocabulary':
      return new CodeReader(vocabularyCoder(feature), feature);
    case 'hash':
      return new CodeReader(hashCoder(feature), { unknown: feature.missing, missing: feature.missing });
  }
}

function numberRule({ clip = [-Infinity, Infinity], impute }: DirectNumber): NumberRule {
  return { low: clip[0], high: clip[1], whole: false, missing: impute === 'nan' ? NaN : impute };
}

function integerRule({ range, missing }: DirectInteger): NumberRule {
  return { low: range[0], high: range[1], whole: true, missing };
}

function vocabularyCoder({ name, values }: DirectVocabulary): CategoryCoder {
  return new VocabularyCoder({ name, type: 'categorical', encoder: 'vocabulary', values }, false);
}

function hashCoder({ name, size }: DirectHash): CategoryCoder {
  return new HashCoder({ name, type: 'categorical', encoder: 'hash', size });
}
