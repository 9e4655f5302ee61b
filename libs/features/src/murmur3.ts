/** Constants of murmur3_x86_32 (Appleby, MurmurHash3.cpp): of a block, of the state, of the end. */
export const C1 = 0xcc9e2d51;
export const C2 = 0x1b873593;
/** 0xe6546b64, signed: the sum of two integers stays one. */
export const C3 = 0xe6546b64 | 0;

export const FINAL_1 = 0x85ebca6b;
export const FINAL_2 = 0xc2b2ae35;

/** Scrambles one little-endian block of 1 to 4 bytes. */
export function mixBlock(k: number): number {
  const scrambled = Math.imul(k, C1);
  return Math.imul((scrambled << 15) | (scrambled >>> 17), C2);
}

/** Takes one whole block into the state. */
export function mixIn(state: number, block: number): number {
  let h = state ^ mixBlock(block);
  h = (h << 13) | (h >>> 19);
  return (Math.imul(h, 5) + C3) | 0;
}

/**
 * The hash of a state that has taken in all of `length` bytes, as a signed integer: an unsigned one may not fit the
 * engine's small integers, and then each hash is an object of its own.
 */
export function finalMix(state: number, length: number): number {
  let h = state ^ length;
  h = Math.imul(h ^ (h >>> 16), FINAL_1);
  h = Math.imul(h ^ (h >>> 13), FINAL_2);
  return h ^ (h >>> 16);
}

/** Runs whole 4-byte blocks of murmur3_x86_32 over `bytes[start, end)`; `end - start` is a multiple of 4. */
export function murmur3Blocks(state: number, bytes: Uint8Array, start: number, end: number): number {
  let h = state;
  for (let i = start; i < end; i += 4) {
    h = mixIn(h, bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
  }
  return h;
}

/** Finishes murmur3_x86_32, unsigned: `tail` is the offset of the first byte not yet hashed, `length` that of the end. */
export function murmur3Finish(state: number, bytes: Uint8Array, tail: number, length: number): number {
  let h = state;
  const rest = length - tail;
  if (rest > 0) {
    let k = bytes[tail];
    if (rest > 1) k |= bytes[tail + 1] << 8;
    if (rest > 2) k |= bytes[tail + 2] << 16;
    h ^= mixBlock(k);
  }
  return finalMix(h, length) >>> 0;
}

/** murmur3_x86_32 (Appleby) of all `bytes`, as an unsigned 32-bit integer. */
export function murmur3(bytes: Uint8Array, seed = 0): number {
  const tail = bytes.length & ~3;
  return murmur3Finish(murmur3Blocks(seed | 0, bytes, 0, tail), bytes, tail, bytes.length);
}
