import type { WireReader } from './wire-reader';

const MAX_PLACES = 256;
const MAX_LENGTH = 64;

/**
 * Names of columns by their place in the last request: callers send the same columns in the same order, and a name
 * that is compared need not be decoded again.
 */
export class NameMemory {
  private readonly names: string[] = [];
  private readonly bytes: Uint8Array[] = [];

  /** Reads a string field that is the name of the column at `place`. */
  read(reader: WireReader, place: number): string {
    const start = reader.at;
    const end = reader.delimited();
    const from = reader.at;
    const known = this.bytes[place];
    if (known !== undefined && known.length === end - from && equals(known, reader.bytes, from)) {
      reader.at = end;
      return this.names[place] ?? '';
    }
    reader.at = start;
    const name = reader.text();
    if (place < MAX_PLACES && place <= this.names.length && end - from <= MAX_LENGTH) {
      this.names[place] = name;
      this.bytes[place] = Uint8Array.from(reader.bytes.subarray(from, end));
    }
    return name;
  }
}

function equals(known: Uint8Array, bytes: Buffer, from: number): boolean {
  for (let i = 0; i < known.length; i++) if (known[i] !== bytes[from + i]) return false;
  return true;
}
