import { randomInt } from 'node:crypto';

const WAYS = 4;
/** Of this process alone, so that nobody can choose keys that collide. */
const SEEDS = [randomInt(2 ** 32) | 0, randomInt(2 ** 32) | 0] as const;

/**
 * The keys that were seen lately, known by 64 bits of each: flat memory, 12 bytes a key, where a set of texts would be
 * objects that the collector of garbage has to follow. A key that was never seen is taken for a known one with
 * probability 4 / 2^64. Every key has four places; the one that was seen first gives its own up.
 */
export class RecentKeys {
  private readonly first: Int32Array;
  private readonly second: Int32Array;
  /** When the key of a place was seen, by the count of keys; 0 is an empty place. */
  private readonly seenAt: Uint32Array;
  private readonly sets: number;
  private seen = 0;

  /** Holds about so many keys: rounded up to a power of two, less where keys crowd in the same places. */
  constructor(capacity: number) {
    this.sets = 2 ** Math.ceil(Math.log2(Math.max(1, capacity / WAYS)));
    this.first = new Int32Array(this.sets * WAYS);
    this.second = new Int32Array(this.sets * WAYS);
    this.seenAt = new Uint32Array(this.sets * WAYS);
  }

  has(key: string): boolean {
    hash(key);
    return this.placeOf() >= 0;
  }

  add(key: string): void {
    hash(key);
    if (this.placeOf() >= 0) return;
    let place = this.setOf();
    for (let way = place + 1, end = place + WAYS; way < end; way++) {
      if (this.seenAt[way] < this.seenAt[place]) place = way;
    }
    this.first[place] = hashes[0];
    this.second[place] = hashes[1];
    // Once in four billion keys the order begins anew; then for a while the wrong ones give up their places.
    this.seen = (this.seen + 1) >>> 0 || 1;
    this.seenAt[place] = this.seen;
  }

  private setOf(): number {
    return (hashes[0] & (this.sets - 1)) * WAYS;
  }

  private placeOf(): number {
    const start = this.setOf();
    for (let place = start; place < start + WAYS; place++) {
      if (this.first[place] === hashes[0] && this.second[place] === hashes[1] && this.seenAt[place] > 0) return place;
    }
    return -1;
  }
}

const hashes = new Int32Array(2);

/** Two hashes at once: murmur3's mixing (Appleby) of each code unit with other constants, and its finish. */
function hash(text: string): void {
  let a: number = SEEDS[0];
  let b: number = SEEDS[1];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0xcc9e2d51);
    a = (a << 13) | (a >>> 19);
    b = Math.imul(b ^ code, 0x85ebca6b);
    b = (b << 15) | (b >>> 17);
  }
  hashes[0] = finish(a ^ text.length);
  hashes[1] = finish(b);
}

function finish(state: number): number {
  let h = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
