import type { DecodedHeaders } from './decoded-headers';

const MOST_ENTRIES = 32;
const MOST_BYTES = 512;

/** FNV-1a, 32 bits. */
const HASH_START = 0x811c9dc5;
const HASH_FACTOR = 0x01000193;

interface CachedBlock {
  readonly block: Buffer;
  readonly headers: DecodedHeaders;
}

/**
 * The headers of blocks that were seen: a caller says the same in nearly every call. Holds 32 blocks of up to 512
 * bytes, the oldest goes first.
 */
export class HeaderCache {
  private readonly blocks = new Map<number, CachedBlock>();

  get(block: Buffer): DecodedHeaders | undefined {
    if (block.length > MOST_BYTES || this.blocks.size === 0) return undefined;
    const cached = this.blocks.get(hash(block));
    return cached !== undefined && same(cached.block, block) ? cached.headers : undefined;
  }

  put(block: Buffer, headers: DecodedHeaders): void {
    if (block.length > MOST_BYTES) return;
    const key = hash(block);
    if (this.blocks.size === MOST_ENTRIES && !this.blocks.has(key)) {
      for (const oldest of this.blocks.keys()) {
        this.blocks.delete(oldest);
        break;
      }
    }
    // The block is a piece of what the socket gave, which must not live as long as the connection.
    this.blocks.set(key, { block: Buffer.from(block), headers });
  }

  clear(): void {
    this.blocks.clear();
  }
}

function hash(block: Buffer): number {
  let code = HASH_START;
  for (let at = 0; at < block.length; at++) code = Math.imul(code ^ block[at], HASH_FACTOR);
  return code;
}

/** For so few bytes a loop is faster than a call out of JavaScript. */
function same(one: Buffer, other: Buffer): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
