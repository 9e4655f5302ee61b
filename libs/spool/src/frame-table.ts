const FIRST_CAPACITY = 16;
const WORDS = 3;

/** What is known of the frames of a segment. No object for each: a long backlog has hundreds of thousands. */
export class FrameTable {
  count = 0;
  /** Of each frame: where it begins in the segment, bytes of its blob, its records. */
  private words = new Uint32Array(FIRST_CAPACITY * WORDS);
  private arrivals = new Float64Array(FIRST_CAPACITY);

  add(offset: number, bytes: number, records: number, arrivedMs: number): void {
    if (this.count === this.arrivals.length) this.grow();
    const at = this.count * WORDS;
    this.words[at] = offset;
    this.words[at + 1] = bytes;
    this.words[at + 2] = records;
    this.arrivals[this.count++] = arrivedMs;
  }

  /** Forgets the last one. */
  pop(): void {
    this.count--;
  }

  offset(ordinal: number): number {
    return this.words[ordinal * WORDS];
  }

  bytes(ordinal: number): number {
    return this.words[ordinal * WORDS + 1];
  }

  records(ordinal: number): number {
    return this.words[ordinal * WORDS + 2];
  }

  /** Unix milliseconds. */
  arrivedMs(ordinal: number): number {
    return this.arrivals[ordinal];
  }

  private grow(): void {
    const { words, arrivals } = this;
    this.words = new Uint32Array(2 * words.length);
    this.words.set(words);
    this.arrivals = new Float64Array(2 * arrivals.length);
    this.arrivals.set(arrivals);
  }
}
