/**
 * What a peer may still send, on a stream or on the connection (RFC 9113, 6.9). What was consumed is given back in
 * large pieces: a WINDOW_UPDATE for each message would cost as much as an answer.
 */
export class ReceiveWindow {
  private left: number;
  private owed = 0;

  /** `size` in bytes, as the peer knows it. */
  constructor(private readonly size: number) {
    this.left = size;
  }

  /** Takes received bytes off; false when they are more than the peer was allowed. */
  take(bytes: number): boolean {
    this.left -= bytes;
    return this.left >= 0;
  }

  /** Gives consumed bytes back; the increment that the peer has to be told now, 0 for none. */
  give(bytes: number): number {
    this.owed += bytes;
    const { owed } = this;
    if (owed < this.size >>> 1) return 0;
    this.owed = 0;
    this.left += owed;
    return owed;
  }
}
