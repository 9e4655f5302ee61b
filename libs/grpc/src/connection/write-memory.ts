/** Bytes that are gathered for one write. */
const PIECE_BYTES = 1 << 18;
/** Pieces kept for later; more are in use only while sockets do not drain. */
const MAX_KEPT = 4;

/** Memory in which the connections of a server gather what they write; one that has nothing to write holds none. */
export class WriteMemory {
  private readonly kept: Buffer[] = [];

  take(): Buffer {
    return this.kept.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
  }

  /** Only what nobody reads any more. */
  giveBack(piece: Buffer): void {
    if (this.kept.length < MAX_KEPT) this.kept.push(piece);
  }
}
