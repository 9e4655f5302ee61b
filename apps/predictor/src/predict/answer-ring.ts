import { textHash } from '@adlift/memory';

/** Places of an answer's hash in the table, and sets of places. */
const WAYS = 4;
const SETS = 1 << 14;
const HEADER_BYTES = 24;

/** What the ring knows under a key. */
export interface RingEntry {
  readonly fingerprint: number;
  /** A copy. */
  readonly bytes: Buffer;
}

/**
 * Bytes by key in one piece of memory, the oldest overwritten by the newest. Nothing in it is an object, so the garbage
 * collector never sees the thousands of answers that a second leaves here. At most four keys of one hash are kept, of
 * which there are 16,384.
 */
export class AnswerRing {
  private readonly memory: Buffer;
  /** Where each entry begins, counted from the first byte ever written; -1 is none. */
  private readonly places = new Float64Array(SETS * WAYS).fill(-1);
  private readonly hashes = new Int32Array(SETS * WAYS);
  /** Where the next entry begins. */
  private head = 0;

  constructor(
    private readonly capacity: number,
    private readonly keptMs: number,
  ) {
    this.memory = Buffer.allocUnsafeSlow(capacity);
  }

  /** Keeps `bytes`; what does not fit at all is not kept. `now` as of performance.now(). */
  put(key: string, fingerprint: number, bytes: Uint8Array, now: number): void {
    const length = HEADER_BYTES + 3 * key.length + bytes.length;
    if (length > this.capacity) return;
    const room = this.capacity - (this.head % this.capacity);
    // An entry lies in one piece.
    if (length > room) this.head += room;
    const { memory, head } = this;
    const at = head % this.capacity;
    const keyBytes = memory.write(key, at + HEADER_BYTES);
    memory.writeDoubleLE(now, at);
    memory.writeUInt32LE(fingerprint, at + 8);
    memory.writeUInt32LE(keyBytes, at + 12);
    memory.writeUInt32LE(bytes.length, at + 16);
    memory.set(bytes, at + HEADER_BYTES + keyBytes);
    this.head = head + HEADER_BYTES + keyBytes + bytes.length;
    const hash = textHash(key);
    const place = this.oldest(hash);
    this.places[place] = head;
    this.hashes[place] = hash;
  }

  /** What was kept under the key, unless its time is over or its memory was needed. */
  find(key: string, now: number): RingEntry | undefined {
    const hash = textHash(key);
    const first = (hash & (SETS - 1)) * WAYS;
    let newest = -1;
    for (let way = first; way < first + WAYS; way++) {
      const place = this.places[way] ?? -1;
      if (this.hashes[way] === hash && place > newest && this.holds(place, key)) newest = place;
    }
    if (newest < 0) return undefined;
    const at = newest % this.capacity;
    if (this.memory.readDoubleLE(at) + this.keptMs < now) return undefined;
    const start = at + HEADER_BYTES + this.memory.readUInt32LE(at + 12);
    return {
      fingerprint: this.memory.readUInt32LE(at + 8),
      bytes: Buffer.from(this.memory.subarray(start, start + this.memory.readUInt32LE(at + 16))),
    };
  }

  private holds(place: number, key: string): boolean {
    if (place < this.head - this.capacity) return false;
    const at = place % this.capacity;
    const end = at + HEADER_BYTES + this.memory.readUInt32LE(at + 12);
    return this.memory.toString('utf8', at + HEADER_BYTES, end) === key;
  }

  private oldest(hash: number): number {
    const first = (hash & (SETS - 1)) * WAYS;
    let oldest = first;
    for (let way = first + 1; way < first + WAYS; way++) {
      if ((this.places[way] ?? 0) < (this.places[oldest] ?? 0)) oldest = way;
    }
    return oldest;
  }
}
