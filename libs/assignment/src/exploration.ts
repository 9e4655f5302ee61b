import { createHash } from 'node:crypto';

/** The order in which candidates are offered, and how likely each was to be first. */
export interface Ranking {
  /** rank[i] of candidate i, 1 = first. */
  readonly rank: Uint32Array;
  /** Probability of candidate i being first: (1 - epsilon) [i has the best score] + epsilon / n. */
  readonly propensity: Float64Array;
  /** Whether this request's order was drawn at random. */
  readonly explored: boolean;
}

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
  const order = Array.from({ length: n }, (_, i) => i);
  order.sort((a, b) => Number(scores[b]) - Number(scores[a]) || compareText(adIds[a], adIds[b]));
  const propensity = new Float64Array(n).fill(epsilon / n);
  const best = order[0];
  if (best !== undefined) propensity[best] = 1 - epsilon + epsilon / n;
  const random = epsilon > 0 ? randomStream(requestId) : undefined;
  const explored = random !== undefined && random() < epsilon;
  if (explored) shuffle(order, random);
  const rank = new Uint32Array(n);
  order.forEach((candidate, at) => (rank[candidate] = at + 1));
  return { rank, propensity, explored };
}

function compareText(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Fisher-Yates. */
function shuffle(order: number[], random: () => number): void {
  order.sort((a, b) => a - b);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = order[i];
    order[i] = order[j];
    order[j] = held;
  }
}

/** Uniform numbers in [0, 1) by xoshiro128** (Blackman and Vigna 2018), seeded with SHA-256 of the text. */
function randomStream(seed: string): () => number {
  const digest = createHash('sha256').update('explore:').update(seed).digest();
  let a = digest.readUInt32LE(0);
  let b = digest.readUInt32LE(4);
  let c = digest.readUInt32LE(8);
  let d = digest.readUInt32LE(12) | 1;
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
