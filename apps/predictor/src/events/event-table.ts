import { randomInt } from 'node:crypto';
import { IDENTITY_WORDS } from './event-identity';

/** What one event said that another of the same identity may contradict. */
export interface Said {
  /** Unix milliseconds. */
  readonly timeMs: number;
  readonly chargedMicros: number;
  readonly valueMicros: number;
}

const FACTS = 3;
/** Of this process alone, so that nobody can choose conversion ids that crowd one place. */
const SEED = randomInt(2 ** 32) | 0;

/**
 * What events said, by their identity. Flat memory, 65 bytes an event: objects by the ten thousand would be copied by
 * every collection of the young generation until they are old.
 */
export class EventTable {
  private rows = 0;
  private readonly identities: Int32Array;
  private readonly facts: Float64Array;
  /** Row and 1 of who is at home here or, if taken, in the next slot; 0 is none. */
  private readonly slots: Int32Array;

  constructor(private readonly capacity: number) {
    this.identities = new Int32Array(capacity * IDENTITY_WORDS);
    this.facts = new Float64Array(capacity * FACTS);
    this.slots = new Int32Array(2 << (32 - Math.clz32(capacity)));
  }

  get full(): boolean {
    return this.rows === this.capacity;
  }

  /** What the event of this identity said, if there is one. */
  find(identity: Int32Array): Said | undefined {
    const row = this.slots[this.slotOf(identity)] - 1;
    return row < 0 ? undefined : this.saidIn(row);
  }

  /** Keeps what an event said, in place of what it said before. Throws RangeError for a new one when full. */
  set(identity: Int32Array, said: Said): void {
    const slot = this.slotOf(identity);
    let row = this.slots[slot] - 1;
    if (row < 0) {
      if (this.full) throw new RangeError(`the table holds ${this.capacity} events`);
      row = this.rows++;
      this.slots[slot] = this.rows;
      this.identities.set(identity, row * IDENTITY_WORDS);
    }
    this.facts[row * FACTS] = said.timeMs;
    this.facts[row * FACTS + 1] = said.chargedMicros;
    this.facts[row * FACTS + 2] = said.valueMicros;
  }

  /** Tells of each event, in the order in which they came. */
  forEach(tell: (identity: Int32Array, said: Said) => void): void {
    for (let row = 0; row < this.rows; row++) {
      tell(this.identities.subarray(row * IDENTITY_WORDS, (row + 1) * IDENTITY_WORDS), this.saidIn(row));
    }
  }

  clear(): void {
    this.rows = 0;
    this.slots.fill(0);
  }

  private saidIn(row: number): Said {
    const at = row * FACTS;
    return { timeMs: this.facts[at], chargedMicros: this.facts[at + 1], valueMicros: this.facts[at + 2] };
  }

  /** Where the identity is, or would be. */
  private slotOf(identity: Int32Array): number {
    const mask = this.slots.length - 1;
    let slot = hashOf(identity) & mask;
    while (this.slots[slot] > 0 && !this.isAt(this.slots[slot] - 1, identity)) slot = (slot + 1) & mask;
    return slot;
  }

  private isAt(row: number, identity: Int32Array): boolean {
    const at = row * IDENTITY_WORDS;
    for (let i = 0; i < IDENTITY_WORDS; i++) if (this.identities[at + i] !== identity[i]) return false;
    return true;
  }
}

function hashOf(identity: Int32Array): number {
  let hash = SEED;
  for (let i = 0; i < IDENTITY_WORDS; i++) {
    hash = Math.imul(hash ^ identity[i], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
