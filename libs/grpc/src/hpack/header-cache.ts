import type { DecodedHeaders } from './decoded-headers';

const MOST_ENTRIES = 32;
const MOST_BYTES = 512;
/** Places of hashes, by as many bits of them. */
const SEEN_BITS = 7;
/** 2^32 divided by the golden ratio: spreads the bits of a hash that differ little over its highest (Knuth, 6.4). */
const SPREAD = 0x9e3779b1;

/** The prime of FNV-1a for 32 bits. */
const HASH_FACTOR = 0x01000193;

interface CachedBlock {
  readonly block: Buffer;
  readonly headers: DecodedHeaders;
}

/**
 * The headers of blocks that came again: a caller says the same in nearly every call. Holds 32 blocks of up to 512
 * bytes, the oldest goes first.
 */
export class HeaderCache {
  private readonly blocks = new Map<number, CachedBlock>();
  /** Hashes of blocks that came once. What never comes again, as with a trace in it, is not worth a copy. */
  private readonly seen = new Int32Array(1 << SEEN_BITS);

  get(block: Buffer): DecodedHeaders | undefined {
    if (block.length > MOST_BYTES || this.blocks.size === 0) return undefined;
    const cached = this.blocks.get(hash(block));
    return cached?.block.equals(block) === true ? cached.headers : undefined;
  }

  /** Keeps them when the block has come before. */
  put(block: Buffer, headers: DecodedHeaders): void {
    if (block.length > MOST_BYTES) return;
    const key = hash(block);
    const place = Math.imul(key, SPREAD) >>> (32 - SEEN_BITS);
    if (this.seen[place] === key) this.keep(key, { block: Buffer.copyBytesFrom(block), headers });
    else this.seen[place] = key;
  }

  clear(): void {
    this.blocks.clear();
  }

  private keep(key: number, cached: CachedBlock): void {
    const [oldest] = this.blocks.keys();
    if (this.blocks.size === MOST_ENTRIES && oldest !== undefined) this.blocks.delete(oldest);
    this.blocks.set(key, cached);
  }
}

/** Four bytes a step: a step waits for the one before. */
function hash(block: Buffer): number {
  const odd = block.length & 3;
  let code = block.length;
  for (let at = 0; at < odd; at++) code = (code << 8) | block[at];
  for (let at = odd; at < block.length; at += 4) code = Math.imul(code ^ block.readInt32LE(at), HASH_FACTOR);
  return code;
}
