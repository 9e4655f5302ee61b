import { Slab } from '@adlift/memory';
import { murmur3OfCodeUnits } from './murmur3';

/** The order in which candidates are offered, and how likely each was to be first. */
export interface Ranking {
  /** rank[i] of candidate i, 1 = first. */
  readonly rank: Uint32Array;
  /** Probability of candidate i being first: (1 - epsilon) [i has the best score] + epsilon / n. */
  readonly propensity: Float64Array;
  /** Whether this request's order was drawn at random. */
  readonly explored: boolean;
}

/** Rankings are part of answers and live as long as those. */
const memory = new Slab();
let scratch = new Uint32Array(1024);

/**
 * Ranks by score, highest first, ties by ad id; with probability epsilon the order is a uniform draw instead.
 * Seeded by the request id alone, so every replica draws the same.
 */
export function rankCandidates(
  scores: ArrayLike<number>,
  adIds: readonly string[],
  requestId: string,
  epsilon: number,
): Ranking {
  const n = scores.length;
  if (n > scratch.length) scratch = new Uint32Array(n);
  const order = scratch.subarray(0, n);
  for (let i = 0; i < n; i++) order[i] = i;
  sortByScore(order, scores, adIds);
  const propensity = memory.float64(n).fill(epsilon / n);
  const best = order[0];
  if (best !== undefined) propensity[best] = 1 - epsilon + epsilon / n;
  const random = epsilon > 0 ? randomStream(requestId) : undefined;
  const explored = random !== undefined && random() < epsilon;
  if (explored) shuffle(order, random);
  const rank = memory.uint32(n);
  for (let at = 0; at < n; at++) rank[order[at] ?? 0] = at + 1;
  return { rank, propensity, explored };
}

/** Below this the simplest sort is the fastest: it moves numbers and calls nothing. */
const FEW = 100;

function sortByScore(order: Uint32Array, scores: ArrayLike<number>, adIds: readonly string[]): void {
  const before = (a: number, b: number): number =>
    Number(scores[b]) - Number(scores[a]) || compareText(adIds[a], adIds[b]);
  if (order.length > FEW) {
    order.sort(before);
    return;
  }
  for (let i = 1; i < order.length; i++) {
    const candidate = order[i] ?? 0;
    const score = Number(scores[candidate]);
    let at = i;
    for (; at > 0; at--) {
      const other = order[at - 1] ?? 0;
      const difference = score - Number(scores[other]);
      if (difference < 0 || (difference === 0 && compareText(adIds[candidate], adIds[other]) > 0)) break;
      order[at] = other;
    }
    order[at] = candidate;
  }
}

function compareText(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Fisher-Yates. */
function shuffle(order: Uint32Array, random: () => number): void {
  order.sort();
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = held;
  }
}

/** Seeds of the hashes that a stream begins with: other ones than those that units are assigned by. */
const SEEDS = [0x6578706c, 0x6f726531, 0x6f726532, 0x6f726533] as const;

/** Uniform numbers in [0, 1) by xoshiro128** (Blackman and Vigna 2018), seeded with four hashes of the text. */
function randomStream(seed: string): () => number {
  let a = murmur3OfCodeUnits(seed, SEEDS[0]);
  let b = murmur3OfCodeUnits(seed, SEEDS[1]);
  let c = murmur3OfCodeUnits(seed, SEEDS[2]);
  // Not all of them may be 0.
  let d = murmur3OfCodeUnits(seed, SEEDS[3]) | 1;
  return () => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return result / 4294967296;
  };
}

function rotateLeft(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}
