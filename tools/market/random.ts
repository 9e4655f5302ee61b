/**
 * Randomness by key: every draw is a hash of (seed, stream, a, b), so no draw depends on the order of the others.
 * Seeds and keys are integers, of which the lower 32 bits count.
 */

// Bound once: where globals are looked up in another context, as in specs, Math costs more than the hash.
const { imul, sqrt, log, cos, PI } = Math;

/** Uniform integer in [0, 2^32): the keys are mixed in one after the other as in murmur3_x86_32. */
export function hash(seed: number, stream: number, a = 0, b = 0): number {
  let h = absorb(absorb(absorb(seed | 0, stream), a), b);
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Uniform number in [0, 1). */
export function uniform(seed: number, stream: number, a = 0, b = 0): number {
  return hash(seed, stream, a, b) / 2 ** 32;
}

/** Standard normal number, by Box and Muller from two hashes. */
export function normal(seed: number, stream: number, a = 0, b = 0): number {
  const radius = sqrt(-2 * log(1 - uniform(seed, stream, a, b)));
  return radius * cos(2 * PI * uniform(~seed, stream, a, b));
}

/**
 * `count` normal numbers, shifted and scaled to have mean 0 and deviation 1 exactly, so that two seeds differ in what
 * is large and not in how much. `b` is the second key of each draw.
 */
export function standardised(seed: number, stream: number, count: number, b = 0): Float64Array {
  const drawn = Float64Array.from({ length: count }, (_, a) => normal(seed, stream, a, b));
  const mean = drawn.reduce((sum, x) => sum + x, 0) / count;
  const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count;
  return drawn.map((x) => (x - mean) / sqrt(variance));
}

/** Exponential number with mean 1. */
export function exponential(seed: number, stream: number, a = 0, b = 0): number {
  return -log(1 - uniform(seed, stream, a, b));
}

function absorb(h: number, key: number): number {
  const k = imul(key, 0xcc9e2d51);
  h ^= imul((k << 15) | (k >>> 17), 0x1b873593);
  h = (h << 13) | (h >>> 19);
  return (imul(h, 5) + 0xe6546b64) | 0;
}
