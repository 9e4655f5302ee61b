import type { HashFeature, VocabularyFeature } from './feature-schema';
import { FieldHasher } from './field-hasher';
import type { IdColumn, IdTarget } from './id-writer';

/** Turns one category into a local slot. `lastHash` holds the hash behind it when `keepHash` is set, for crosses. */
export interface CategoryCoder {
  readonly missingSlot: number;
  /** Slot of values outside the vocabulary, -1 where every value has a slot. */
  readonly unknownSlot: number;
  readonly lastHash: number;
  codeText(text: string): number;
  /** Same slot as `codeText(String(value))`, for a 32-bit signed integer. */
  codeInt(value: number): number;
}

/** Hash encoder: slot = hash mod size. */
export class HashCoder implements CategoryCoder {
  readonly missingSlot: number;
  readonly unknownSlot = -1;
  lastHash = 0;
  private readonly hasher: FieldHasher;
  private readonly size: number;

  constructor(feature: HashFeature) {
    this.hasher = new FieldHasher(feature.name);
    this.size = feature.size;
    this.missingSlot = feature.size;
  }

  codeText(text: string): number {
    this.lastHash = this.hasher.hashText(text);
    return this.lastHash % this.size;
  }

  codeInt(value: number): number {
    this.lastHash = this.hasher.hashInt(value);
    return this.lastHash % this.size;
  }

  /** Writes the global ids of a whole column of 32-bit integers, and their hashes where crosses need them. */
  codeInts(values: Int32Array, n: number, { ids, stride }: IdTarget, { at, offset, hashes }: IdColumn): void {
    const found = this.hasher.hashInts(values, n);
    // Said to be integers wherever they are used, or the engine calculates in floating point: three times as slow.
    const size = this.size >>> 0;
    const base = offset | 0;
    if ((size & (size - 1)) === 0) {
      const mask = (size - 1) | 0;
      for (let i = 0, k = at; i < n; i++, k += stride) ids[k] = (base + (found[i] & mask)) | 0;
    } else {
      for (let i = 0, k = at; i < n; i++, k += stride) ids[k] = (base + ((found[i] % size) | 0)) | 0;
    }
    hashes?.values.set(found.subarray(0, n));
  }
}

/** Vocabulary encoder: slot = place in the list, else the out-of-vocabulary slot. */
export class VocabularyCoder implements CategoryCoder {
  readonly missingSlot: number;
  readonly unknownSlot: number;
  lastHash = 0;
  private readonly byText: ReadonlyMap<string, number>;
  private readonly byInt: ReadonlyMap<number, number>;
  private readonly hasher: FieldHasher | undefined;

  constructor(feature: VocabularyFeature, keepHash: boolean) {
    this.unknownSlot = feature.values.length;
    this.missingSlot = feature.values.length + 1;
    this.byText = new Map(feature.values.map((value, slot) => [value, slot]));
    const byInt = new Map<number, number>();
    feature.values.forEach((value, slot) => {
      if (String(Number(value) | 0) === value) byInt.set(Number(value), slot);
    });
    this.byInt = byInt;
    this.hasher = keepHash ? new FieldHasher(feature.name) : undefined;
  }

  codeText(text: string): number {
    if (this.hasher !== undefined) this.lastHash = this.hasher.hashText(text);
    return this.byText.get(text) ?? this.unknownSlot;
  }

  codeInt(value: number): number {
    if (this.hasher !== undefined) this.lastHash = this.hasher.hashInt(value);
    return this.byInt.get(value) ?? this.unknownSlot;
  }
}
