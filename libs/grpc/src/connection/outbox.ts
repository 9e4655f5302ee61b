import type { Socket } from 'node:net';
import { writeFrameHeader } from '../frames/frame-header';
import { HEADER_BYTES } from '../frames/protocol';
import type { WriteMemory } from './write-memory';

/** Frames on their way out: gathered, and written together when the turn of the event loop ends. */
export class Outbox {
  private piece: Buffer | undefined;
  private used = 0;

  /** `begun` is called when there is something to flush after there was nothing. */
  constructor(
    private readonly socket: Socket,
    private readonly memory: WriteMemory,
    private readonly begun: () => void,
  ) {}

  /** Whether the peer does not read what was written: nothing that can wait should be added. */
  get clogged(): boolean {
    return this.socket.writableNeedDrain;
  }

  /** Begins a frame; `length` bytes have to be {@link put} after it, less than the memory for one write in all. */
  begin(type: number, flags: number, stream: number, length: number): void {
    const piece = this.room(HEADER_BYTES + length);
    this.used = writeFrameHeader(piece, this.used, length, type, flags, stream);
  }

  /** Bytes of a frame that was begun. */
  put(bytes: Uint8Array): void {
    this.piece?.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** Whole frames. */
  putWhole(frames: Buffer): void {
    this.room(frames.length).set(frames, this.used);
    this.used += frames.length;
  }

  /** Hands all that was gathered to the socket; what a closed one does not take is gone. */
  flush(): void {
    const { piece, used } = this;
    if (piece === undefined) return;
    this.piece = undefined;
    this.used = 0;
    if (this.socket.writable) this.socket.write(piece.subarray(0, used));
    // Where nothing waits in the socket the kernel has a copy; else the piece belongs to the write until it is done.
    if (this.socket.writableLength === 0) this.memory.giveBack(piece);
  }

  private room(bytes: number): Buffer {
    if (this.piece !== undefined && this.used + bytes <= this.piece.length) return this.piece;
    if (this.piece === undefined) this.begun();
    else this.flush();
    return (this.piece = this.memory.take());
  }
}
