import { HpackError } from './hpack-error';
import { decodeHuffman, mostDecoded } from './huffman';

const HUFFMAN = 0x80;
const MORE = 0x80;
const LENGTH_MASK = 0x7f;
/** Values up to 2^28 are plenty, and stay small integers; what says more, or says it in more bytes, is hostile. */
const LAST_SHIFT = 21;
const SCRATCH_BYTES = 4096;

/** Half the time of `toString('latin1')` for the short texts of headers; Node has it, its types do not. */
type Bytes = Buffer & { latin1Slice(start: number, end: number): string };

const shared = Buffer.allocUnsafeSlow(SCRATCH_BYTES) as Bytes;

/** Reads the integers and strings of a header block, RFC 7541, 5; never past its end. */
export class BlockReader {
  private block = shared;
  private position = 0;

  open(block: Buffer): void {
    this.block = block as Bytes;
    this.position = 0;
  }

  /** Lets go of the block, which may be a piece of something large. */
  close(): void {
    this.block = shared;
  }

  get ended(): boolean {
    return this.position >= this.block.length;
  }

  /** The next byte, 0 to 255. */
  byte(): number {
    const byte = this.block[this.position++];
    if (byte === undefined) throw new HpackError('the block ends within a field');
    return byte;
  }

  /** The integer that begins in the bits of `mask` of the byte read last. */
  integer(first: number, mask: number): number {
    let value = first & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= LAST_SHIFT; shift += 7) {
      const byte = this.byte();
      value += (byte & ~MORE) << shift;
      if ((byte & MORE) === 0) return value;
    }
    throw new HpackError('an integer is too large');
  }

  text(): string {
    const first = this.byte();
    const length = this.integer(first, LENGTH_MASK);
    const start = this.position;
    const end = start + length;
    if (end > this.block.length) throw new HpackError('the block ends within a string');
    this.position = end;
    if ((first & HUFFMAN) === 0) return this.block.latin1Slice(start, end);
    const room = mostDecoded(length);
    const target = room <= SCRATCH_BYTES ? shared : (Buffer.allocUnsafeSlow(room) as Bytes);
    return target.latin1Slice(0, decodeHuffman(this.block, start, end, target));
  }
}
