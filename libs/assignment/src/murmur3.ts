const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/**
 * MurmurHash3 (x86, 32 bits; Appleby 2011, public domain) of the low byte of each UTF-16 code unit, as 0 to 2^32 - 1.
 * Unleash's clients for JavaScript hash that; beyond Latin-1 it is not the hash of the text's UTF-8.
 */
export function murmur3OfCodeUnits(text: string, seed: number): number {
  const byte = (i: number): number => text.charCodeAt(i) & 0xff;
  const { length } = text;
  let hash = seed | 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    hash ^= scramble(byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24));
    hash = (Math.imul(rotate(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let j = length - 1; j >= i; j--) tail = (tail << 8) | byte(j);
  if (i < length) hash ^= scramble(tail);
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(block: number): number {
  return Math.imul(rotate(Math.imul(block, C1), 15), C2);
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}
