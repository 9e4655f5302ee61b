import { STAGED_COLUMNS, type EventRecord } from './event-record';

/** Columns of a staged row by their place in it. */
const PLACES = new Map(STAGED_COLUMNS.split(',').map((column, place) => [column.trim(), place]));
const COUNT = PLACES.size;
/** Bytes of the number of columns before the first field, and of a length before each value. */
const HEAD_BYTES = 2;
const LENGTH_BYTES = 4;

/** Where a column stands in a staged row. Throws for one that is not there. */
export function placeOf(column: string): number {
  const place = PLACES.get(column);
  if (place === undefined) throw new RangeError(`"${column}" is not a staged column`);
  return place;
}

/** The fields of one staged row at a time, found without copying and without a view: `read` looks at the next row. */
export class EventFields {
  memory: Buffer = Buffer.alloc(0);
  /** Where each field begins, with its length; one more is the end of the row. */
  private readonly starts = new Int32Array(COUNT + 1);

  /** False for a row that is not made of the columns it should be, which PostgreSQL is to refuse. */
  read({ memory, rowAt, end }: EventRecord): boolean {
    this.memory = memory;
    let at = rowAt + HEAD_BYTES;
    for (let place = 0; place < COUNT; place++) {
      this.starts[place] = at;
      const length = (memory[at] << 24) | (memory[at + 1] << 16) | (memory[at + 2] << 8) | memory[at + 3];
      if (length < 0 || length > end - at) return false;
      at += LENGTH_BYTES + length;
    }
    this.starts[COUNT] = at;
    return at === end;
  }

  /** Bytes of all fields. */
  get bytes(): number {
    return this.starts[COUNT] - this.starts[0];
  }

  /** Where in the memory the field begins, with its length. */
  start(place: number): number {
    return this.starts[place];
  }

  /** Where its value begins. */
  valueStart(place: number): number {
    return this.starts[place] + LENGTH_BYTES;
  }

  isEmpty(place: number): boolean {
    return this.starts[place + 1] - this.starts[place] === LENGTH_BYTES;
  }

  /** Bytes of the fields from `first` to before `end`, as text of one byte a character, to be a key. */
  key(first: number, end: number): string {
    return this.memory.toString('latin1', this.starts[first], this.starts[end]);
  }

  /** Exact up to 2^53. */
  int8(place: number): number {
    const at = this.starts[place] + LENGTH_BYTES;
    return this.memory.readInt32BE(at) * 2 ** 32 + this.memory.readUInt32BE(at + 4);
  }

  float4(place: number): number {
    return this.memory.readFloatBE(this.starts[place] + LENGTH_BYTES);
  }

  bool(place: number): boolean {
    return this.memory[this.starts[place] + LENGTH_BYTES] !== 0;
  }
}
