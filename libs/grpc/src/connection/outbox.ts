import type { Socket } from 'node:net';
import { writeFrameHeader } from '../frames/frame-header';
import { HEADER_BYTES } from '../frames/protocol';
import type { WriteMemory } from './write-memory';

/**
 * Frames on their way out: gathered, and written together when the turn of the event loop ends. While the socket has
 * not taken the write before, they go on gathering.
 */
export class Outbox {
  private piece: Buffer | undefined;
  private used = 0;
  /** Whether the socket holds some of what was written. */
  private writing = false;

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

  /** Hands what was gathered to the socket, or will when that has taken what it was given before. */
  flush(): void {
    if (!this.writing) this.write();
  }

  /** Hands all to the socket, which is to be ended. */
  finish(): void {
    this.write();
  }

  private write(): void {
    const { piece, used, socket } = this;
    if (piece === undefined) return;
    this.piece = undefined;
    this.used = 0;
    // What a closed one does not take is gone.
    if (socket.writable) socket.write(piece.subarray(0, used), this.written);
    // Where nothing waits in the socket the kernel has a copy; else the piece belongs to the write until it is done.
    if (socket.writableLength === 0) this.memory.giveBack(piece);
    else this.writing = true;
  }

  private readonly written = (): void => {
    if (!this.writing || this.socket.writableLength > 0) return;
    this.writing = false;
    this.write();
  };

  private room(bytes: number): Buffer {
    if (this.piece !== undefined && this.used + bytes <= this.piece.length) return this.piece;
    if (this.piece === undefined) this.begun();
    else this.write();
    return (this.piece = this.memory.take());
  }
}
