import type { FeatureCross } from './feature-schema';
import { type HashColumn, type IdTarget, MISSING_HASH } from './id-writer';
import { murmur3Blocks, murmur3Finish } from './murmur3';

/**
 * Writes the ids of one cross: murmur3_x86_32 over the little-endian 32-bit hashes of the parts' `field=value`, in
 * declared order, modulo the cross's size. The seed is the number of parts, so a cross of two never equals one of three.
 */
export class CrossEncoder {
  private readonly bytes: Uint8Array;
  private readonly seed: number;
  private readonly words: DataView;

  constructor(
    private readonly cross: FeatureCross,
    private readonly parts: readonly HashColumn[],
    private readonly place: { readonly at: number; readonly offset: number },
  ) {
    this.bytes = new Uint8Array(parts.length * 4);
    this.words = new DataView(this.bytes.buffer);
    this.seed = parts.length;
  }

  encode(n: number, target: IdTarget): void {
    const { size } = this.cross;
    const { at, offset } = this.place;
    for (let i = 0, k = at; i < n; i++, k += target.stride) {
      target.ids[k] = offset + (this.load(i) ? this.hash() % size : size);
    }
  }

  private load(row: number): boolean {
    for (let p = 0; p < this.parts.length; p++) {
      const hash = this.parts[p].values[row];
      if (hash === MISSING_HASH) return false;
      this.words.setUint32(p * 4, hash, true);
    }
    return true;
  }

  private hash(): number {
    const end = this.bytes.length;
    return murmur3Finish(murmur3Blocks(this.seed, this.bytes, 0, end), this.bytes, end, end);
  }
}
