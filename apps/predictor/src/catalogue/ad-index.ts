import { randomInt } from 'node:crypto';

const INITIAL_SLOTS = 2048;

/**
 * Row of each ad id, rows being whole numbers from 1. A table with linear probing that keeps hashes beside rows: on the
 * way of a request it touches one string an id, where a Map of a hundred thousand ids touches several, each a miss of
 * the processor's cache.
 */
export class AdIndex {
  /** Pairs of hash and row; row 0 marks a free slot. */
  private slots = new Int32Array(2 * INITIAL_SLOTS);
  private mask = INITIAL_SLOTS - 1;
  private readonly ids: string[] = [''];
  private readonly seed = randomInt(2 ** 32);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** 0 for an id that is not here. */
  get(id: string): number {
    const { slots, mask, ids } = this;
    const hash = hashOf(id, this.seed);
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const row = slots[2 * at + 1];
      if (row === 0 || (slots[2 * at] === hash && ids[row] === id)) return row;
    }
  }

  /** Gives the id a row that no id has; returns the row that it had before, 0 for none. */
  set(id: string, row: number): number {
    const at = this.slotOf(id);
    const before = this.slots[2 * at + 1];
    this.slots[2 * at] = hashOf(id, this.seed);
    this.slots[2 * at + 1] = row;
    this.ids[row] = id;
    if (before === 0) this.count++;
    else this.ids[before] = '';
    if (this.count > this.mask >> 1) this.grow();
    return before;
  }

  /** Returns the row that the id had, 0 for none. */
  delete(id: string): number {
    const { slots, mask } = this;
    let hole = this.slotOf(id);
    const row = slots[2 * hole + 1];
    if (row === 0) return 0;
    this.ids[row] = '';
    this.count--;
    // What had to probe past the freed slot moves up, or it would not be found any more.
    for (let at = (hole + 1) & mask; slots[2 * at + 1] !== 0; at = (at + 1) & mask) {
      const home = slots[2 * at] & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      slots[2 * hole] = slots[2 * at];
      slots[2 * hole + 1] = slots[2 * at + 1];
      hole = at;
    }
    slots[2 * hole + 1] = 0;
    return row;
  }

  /** Ids with their rows. */
  *entries(): Generator<readonly [string, number]> {
    for (let at = 0; at <= this.mask; at++) {
      const row = this.slots[2 * at + 1];
      if (row !== 0) yield [this.ids[row], row];
    }
  }

  /** The slot that holds the id, or the free one where it belongs. */
  private slotOf(id: string): number {
    const { slots, mask, ids } = this;
    const hash = hashOf(id, this.seed);
    let at = hash & mask;
    for (let row = slots[2 * at + 1]; row !== 0; row = slots[2 * at + 1]) {
      if (slots[2 * at] === hash && ids[row] === id) break;
      at = (at + 1) & mask;
    }
    return at;
  }

  private grow(): void {
    const old = this.slots;
    const mask = 2 * this.mask + 1;
    const slots = new Int32Array(2 * (mask + 1));
    for (let from = 0; from < old.length; from += 2) {
      if (old[from + 1] === 0) continue;
      let at = old[from] & mask;
      while (slots[2 * at + 1] !== 0) at = (at + 1) & mask;
      slots[2 * at] = old[from];
      slots[2 * at + 1] = old[from + 1];
    }
    this.slots = slots;
    this.mask = mask;
  }
}

/** 32 bits of a text: FNV-1a over its code units, finished as MurmurHash3 is. */
function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
