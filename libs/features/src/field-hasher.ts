import { murmur3Blocks, murmur3Finish } from './murmur3';

const utf8 = new TextEncoder();
const MAX_INT_DIGITS = 11;
const MEMO_SIZE = 8192;
const MEMO_SHIFT = 32 - Math.log2(MEMO_SIZE);
const MIN_INT32 = -(2 ** 31);

function digitCount(value: number): number {
  if (value < 10000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 100000000) return value < 1000000 ? (value < 100000 ? 5 : 6) : value < 10000000 ? 7 : 8;
  return value < 1000000000 ? 9 : 10;
}

/**
 * Hashes the values of one field: murmur3_x86_32, seed 0, over the UTF-8 bytes of `field=value`. The whole blocks
 * of the prefix are hashed once, and short values are written to a buffer that is reused.
 */
export class FieldHasher {
  private bytes: Uint8Array;
  private readonly prefixLength: number;
  private readonly resumeAt: number;
  private readonly prefixState: number;
  private readonly memoKeys = new Int32Array(MEMO_SIZE);
  private readonly memoHashes = new Uint32Array(MEMO_SIZE);

  constructor(field: string) {
    const prefix = utf8.encode(`${field}=`);
    this.prefixLength = prefix.length;
    this.resumeAt = prefix.length & ~3;
    this.prefixState = murmur3Blocks(0, prefix, 0, this.resumeAt);
    this.bytes = new Uint8Array(prefix.length + 128);
    this.bytes.set(prefix);
    // Untouched places hold the key 0, which only the first place can be asked for.
    this.memoHashes[0] = this.computeInt(0);
  }

  /** Hash of a text value; unpaired surrogates count as U+FFFD, as in every UTF-8 encoder of the platform. */
  hashText(text: string): number {
    this.reserve(text.length * 3);
    const bytes = this.bytes;
    let at = this.prefixLength;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) {
        return this.finish(this.prefixLength + utf8.encodeInto(text, bytes.subarray(this.prefixLength)).written);
      }
      bytes[at++] = code;
    }
    return this.finish(at);
  }

  /** Hash of a 32-bit signed integer; equals `hashText(String(value))`. */
  hashInt(value: number): number {
    // Ids repeat from request to request, and a look-up costs a fraction of a hash.
    const place = Math.imul(value, 0x9e3779b1) >>> MEMO_SHIFT;
    if (this.memoKeys[place] === value) return this.memoHashes[place];
    const hash = this.computeInt(value);
    this.memoKeys[place] = value;
    this.memoHashes[place] = hash;
    return hash;
  }

  /** Hashes of the first `n` values, as {@link hashInt} gives them. */
  hashInts(values: Int32Array, n: number, hashes: Uint32Array): void {
    const { memoKeys, memoHashes } = this;
    for (let i = 0; i < n; i++) {
      const value = values[i];
      const place = Math.imul(value, 0x9e3779b1) >>> MEMO_SHIFT;
      hashes[i] = memoKeys[place] === value ? memoHashes[place] : this.hashInt(value);
    }
  }

  private computeInt(value: number): number {
    // Its negation is no 32-bit integer, and the digit loop below must stay in integer arithmetic to be fast.
    if (value === MIN_INT32) return this.hashText(String(value));
    this.reserve(MAX_INT_DIGITS);
    const bytes = this.bytes;
    let rest = value | 0;
    let end = this.prefixLength;
    if (rest < 0) {
      bytes[end++] = 45;
      rest = -rest | 0;
    }
    end += digitCount(rest);
    let at = end;
    do {
      const next = (rest / 10) | 0;
      bytes[--at] = 48 + rest - next * 10;
      rest = next;
    } while (rest !== 0);
    return this.finish(end);
  }

  private finish(length: number): number {
    const tail = length & ~3;
    return murmur3Finish(murmur3Blocks(this.prefixState, this.bytes, this.resumeAt, tail), this.bytes, tail, length);
  }

  private reserve(valueBytes: number): void {
    if (this.prefixLength + valueBytes <= this.bytes.length) return;
    const grown = new Uint8Array(this.prefixLength + valueBytes);
    grown.set(this.bytes.subarray(0, this.prefixLength));
    this.bytes = grown;
  }
}
