import { type Column, isMissing } from '@adlift/wire';
import { type CategoryCoder, HashCoder } from './category-coder';
import { i64Words, usableLength } from './column-entry';
import { fillIds, fillMissingIds, type IdColumn, type IdTarget, MISSING_HASH } from './id-writer';
import { RowFlag } from './row-flags';

/** Writes the ids of one categorical feature; dictionary columns are coded once per dictionary entry. */
export class CategoricalEncoder {
  private dictSlots = new Int32Array(64);
  private dictHashes = new Float64Array(64);
  private words: Int32Array | undefined;
  private hash = MISSING_HASH;
  private flag = 0;

  constructor(
    private readonly coder: CategoryCoder,
    private readonly place: IdColumn,
  ) {}

  encode(column: Column | undefined, n: number, target: IdTarget): void {
    this.place.hashes?.reserve(n);
    const length = usableLength(column, n);
    if (column === undefined || length === 0) {
      fillMissingIds(target, this.place, n, this.coder.missingSlot);
      return;
    }
    this.words = column.kind === 'i64' ? i64Words(column.values) : undefined;
    if (length === 1) {
      const slot = this.codeEntry(column, 0);
      fillIds(target, this.place, n, { slot, hash: this.hash, flag: this.flag });
    } else if (column.kind === 'dict' && column.dict.length <= n) {
      this.gather(column, n, target);
    } else if (column.kind === 'i32' && column.missing === undefined && this.coder instanceof HashCoder) {
      this.coder.codeInts(column.values, n, target, this.place);
    } else {
      this.codeRows(column, n, target);
    }
  }

  private codeRows(column: Column, n: number, target: IdTarget): void {
    const { ids, stride, flags } = target;
    const hashes = this.place.hashes?.values;
    for (let i = 0, k = this.place.at; i < n; i++, k += stride) {
      ids[k] = this.place.offset + this.codeEntry(column, i);
      flags[i] |= this.flag;
      if (hashes !== undefined) hashes[i] = this.hash;
    }
  }

  private gather(column: Extract<Column, { kind: 'dict' }>, n: number, target: IdTarget): void {
    const { dict, idx } = column;
    if (dict.length > this.dictSlots.length) {
      this.dictSlots = new Int32Array(dict.length * 2);
      this.dictHashes = new Float64Array(dict.length * 2);
    }
    for (let d = 0; d < dict.length; d++) {
      this.dictSlots[d] = this.coder.codeText(dict[d]);
      this.dictHashes[d] = this.coder.lastHash;
    }
    const { missingSlot, unknownSlot } = this.coder;
    const hashes = this.place.hashes?.values;
    for (let i = 0, k = this.place.at; i < n; i++, k += target.stride) {
      const d = idx[i];
      const missing = d >= dict.length || isMissing(column, i);
      const slot = missing ? missingSlot : this.dictSlots[d];
      target.ids[k] = this.place.offset + slot;
      if (missing) target.flags[i] |= RowFlag.MISSING_FEATURE;
      else if (slot === unknownSlot) target.flags[i] |= RowFlag.UNKNOWN_CATEGORY;
      if (hashes !== undefined) hashes[i] = missing ? MISSING_HASH : this.dictHashes[d];
    }
  }

  private codeEntry(column: Column, i: number): number {
    if (isMissing(column, i)) return this.absent(RowFlag.MISSING_FEATURE);
    switch (column.kind) {
      case 'i32':
        return this.known(this.coder.codeInt(column.values[i]));
      case 'i64':
        return this.known(this.codeI64(column.values, i));
      case 'f32': {
        const value = column.values[i];
        if (!Number.isFinite(value)) return this.absent(RowFlag.NON_FINITE);
        return this.known((value | 0) === value ? this.coder.codeInt(value | 0) : this.coder.codeText(String(value)));
      }
      case 'dict': {
        const d = column.idx[i];
        if (d >= column.dict.length) return this.absent(RowFlag.MISSING_FEATURE);
        return this.known(this.coder.codeText(column.dict[d]));
      }
    }
  }

  private codeI64(values: BigInt64Array, i: number): number {
    const words = this.words ?? i64Words(values);
    const low = words[2 * i];
    return words[2 * i + 1] === low >> 31 ? this.coder.codeInt(low) : this.coder.codeText(String(values[i]));
  }

  private known(slot: number): number {
    this.hash = this.coder.lastHash;
    this.flag = slot === this.coder.unknownSlot ? RowFlag.UNKNOWN_CATEGORY : 0;
    return slot;
  }

  private absent(flag: number): number {
    this.hash = MISSING_HASH;
    this.flag = flag;
    return this.coder.missingSlot;
  }
}
