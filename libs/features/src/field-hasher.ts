import { EIGHT_DIGITS, paddedDigits, shortLength } from './decimal-digits';
import { type HashedPrefix, hashLanes } from './hash-lanes';
import { finalMix, mixBlock, mixIn, murmur3Blocks, murmur3Finish } from './murmur3';

const utf8 = new TextEncoder();

/**
 * Hashes the values of one field: murmur3_x86_32, seed 0, over the UTF-8 bytes of `field=value`. The whole blocks
 * of the prefix are hashed once; whole numbers are hashed in registers, short texts in a buffer that is reused.
 */
export class FieldHasher {
  private bytes: Uint8Array;
  private readonly prefixLength: number;
  private readonly prefix: HashedPrefix;
  private readonly hashOther = (value: number): number => this.hashWritten(value);

  constructor(field: string) {
    const prefix = utf8.encode(`${field}=`);
    const wholeBytes = prefix.length & ~3;
    let pending = 0;
    for (let i = wholeBytes; i < prefix.length; i++) pending |= prefix[i] << (8 * (i - wholeBytes));
    this.prefixLength = prefix.length;
    this.prefix = {
      state: murmur3Blocks(0, prefix, 0, wholeBytes),
      wholeBytes,
      pending,
      pendingBytes: prefix.length - wholeBytes,
    };
    this.bytes = new Uint8Array(prefix.length + 128);
    this.bytes.set(prefix);
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
    return (value < 0 || value >= EIGHT_DIGITS ? this.hashWritten(value) : this.hashDigits(value)) >>> 0;
  }

  /**
   * Hashes of the first `n` values, as {@link hashInt} gives them, four at a time. They lie in memory that the next
   * call to any hasher of the thread overwrites.
   */
  hashInts(values: Int32Array, n: number): Uint32Array {
    return hashLanes(values, n, this.prefix, this.hashOther);
  }

  /**
   * Hash of a whole number of up to eight digits, signed. The digits lie in two words; with what is pending of the
   * prefix they make at most three blocks.
   */
  private hashDigits(value: number): number {
    const { wholeBytes, pending, pendingBytes } = this.prefix;
    let first: number;
    let second = 0;
    let third = 0;
    let digits: number;
    if (value < 10_000) {
      digits = shortLength(value);
      first = paddedDigits(value) >>> (32 - 8 * digits);
    } else {
      const high = (value / 10_000) | 0;
      const low = paddedDigits((value - Math.imul(high, 10_000)) | 0);
      const length = shortLength(high);
      const bits = 8 * length;
      digits = length + 4;
      first = paddedDigits(high) >>> (32 - bits);
      if (length === 4) second = low;
      else {
        first |= low << bits;
        second = low >>> (32 - bits);
      }
    }
    if (pendingBytes > 0) {
      const up = 8 * pendingBytes;
      third = second >>> (32 - up);
      second = (second << up) | (first >>> (32 - up));
      first = (first << up) | pending;
    }
    let { state } = this.prefix;
    let rest = pendingBytes + digits;
    let word = first;
    if (rest >= 4) {
      state = mixIn(state, word);
      word = second;
      rest -= 4;
      if (rest >= 4) {
        state = mixIn(state, word);
        word = third;
        rest -= 4;
      }
    }
    if (rest > 0) state ^= mixBlock(word);
    return finalMix(state, wholeBytes + pendingBytes + digits);
  }

  /** Hash of any 32-bit integer: its decimal text is written behind the prefix. */
  private hashWritten(value: number): number {
    const { bytes, prefixLength } = this;
    const first = value < 0 ? prefixLength + 1 : prefixLength;
    const size = value < 0 ? -value : value;
    let end = first + 1;
    for (let power = 10; power <= size; power *= 10) end++;
    bytes[prefixLength] = 0x2d;
    for (let at = end - 1, rest = size >>> 0; at >= first; at--) {
      const tens = (rest / 10) >>> 0;
      bytes[at] = 0x30 + rest - 10 * tens;
      rest = tens;
    }
    return this.finish(end);
  }

  private finish(length: number): number {
    const { state, wholeBytes } = this.prefix;
    const tail = length & ~3;
    return murmur3Finish(murmur3Blocks(state, this.bytes, wholeBytes, tail), this.bytes, tail, length);
  }

  private reserve(valueBytes: number): void {
    if (this.prefixLength + valueBytes <= this.bytes.length) return;
    const grown = new Uint8Array(this.prefixLength + valueBytes);
    grown.set(this.bytes.subarray(0, this.prefixLength));
    this.bytes = grown;
  }
}
