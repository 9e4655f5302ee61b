import type { Column } from '@adlift/wire';
import { usableLength } from './column-entry';
import type { BucketFeature } from './feature-schema';
import { FieldHasher } from './field-hasher';
import { fillIds, fillMissingIds, type IdColumn, type IdTarget, MISSING_HASH } from './id-writer';
import { NumberReader } from './number-reader';

/** Number of `edges` (ascending) that are <= x: the bucket of x, from 0 to edges.length. */
export function bucketOf(edges: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Writes the ids of one bucketed numeric feature. */
export class BucketEncoder {
  private readonly edges: Float64Array;
  private readonly hasher: FieldHasher;
  private readonly reader = new NumberReader();

  constructor(
    feature: BucketFeature,
    private readonly place: IdColumn,
  ) {
    this.edges = Float64Array.from(feature.edges);
    this.hasher = new FieldHasher(feature.name);
  }

  encode(column: Column | undefined, n: number, target: IdTarget): void {
    const hashes = this.place.hashes;
    hashes?.reserve(n);
    const length = usableLength(column, n);
    const missingSlot = this.edges.length + 1;
    if (column === undefined || length === 0) {
      fillMissingIds(target, this.place, n, missingSlot);
      return;
    }
    this.reader.open(column);
    if (length === 1) {
      const slot = this.slotAt(0);
      fillIds(target, this.place, n, { slot, hash: this.hashOf(slot), flag: this.reader.flag });
      return;
    }
    for (let i = 0, k = this.place.at; i < n; i++, k += target.stride) {
      const slot = this.slotAt(i);
      target.ids[k] = this.place.offset + slot;
      target.flags[i] |= this.reader.flag;
      if (hashes !== undefined) hashes.values[i] = this.hashOf(slot);
    }
  }

  private slotAt(i: number): number {
    const value = this.reader.read(i);
    return this.reader.flag === 0 ? bucketOf(this.edges, value) : this.edges.length + 1;
  }

  private hashOf(slot: number): number {
    return slot > this.edges.length ? MISSING_HASH : this.hasher.hashInt(slot);
  }
}
