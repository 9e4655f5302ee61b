/** Memory is taken in pieces of this many bytes. */
const PIECE_BYTES = 1 << 14;

/**
 * Data that waits for its handler, copied and packed: the bytes of many small frames take no more memory than their
 * content, and hold on to nothing that they came in.
 */
export class Inbox {
  private readonly full: Buffer[] = [];
  private last: Buffer | undefined;
  private used = 0;

  get empty(): boolean {
    return this.full.length === 0 && this.used === 0;
  }

  add(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      this.last ??= Buffer.allocUnsafeSlow(PIECE_BYTES);
      const count = bytes.copy(this.last, this.used, at);
      at += count;
      this.used += count;
      if (this.used < PIECE_BYTES) continue;
      this.full.push(this.last);
      this.last = undefined;
      this.used = 0;
    }
  }

  /** The oldest of it, which is no longer here. */
  shift(): Buffer | undefined {
    const { last, used } = this;
    if (this.full.length > 0 || last === undefined) return this.full.shift();
    this.last = undefined;
    this.used = 0;
    return last.subarray(0, used);
  }
}
