import { STAGED_COLUMNS } from './event-record';

/** Columns of a staged row by their place in it. */
const PLACES = new Map(STAGED_COLUMNS.split(',').map((column, place) => [column.trim(), place]));
const COUNT = PLACES.size;
/** Bytes of a length before each value. */
const LENGTH_BYTES = 4;

/** Where a column stands in a staged row. Throws for one that is not there. */
export function placeOf(column: string): number {
  const place = PLACES.get(column);
  if (place === undefined) throw new RangeError(`"${column}" is not a staged column`);
  return place;
}

/** The fields of one staged row at a time, found without copying: `read` looks at the next row. */
export class EventFields {
  /** Where each field begins, with its length; one more is the end of the row. */
  private readonly starts = new Int32Array(COUNT + 1);
  row: Uint8Array = new Uint8Array();
  private view = new DataView(this.row.buffer);

  read(row: Uint8Array): void {
    this.row = row;
    this.view = new DataView(row.buffer, row.byteOffset, row.byteLength);
    let at = 2;
    for (let place = 0; place < COUNT; place++) {
      this.starts[place] = at;
      at += LENGTH_BYTES + this.view.getInt32(at);
    }
    this.starts[COUNT] = at;
  }

  /** Bytes of the fields from `first` to before `end`, each with its length. */
  between(first: number, end: number): Uint8Array {
    return this.row.subarray(this.starts[first], this.starts[end]);
  }

  /** The value's bytes. */
  value(place: number): Uint8Array {
    return this.row.subarray(this.starts[place] + LENGTH_BYTES, this.starts[place + 1]);
  }

  /** The value's bytes as text of one byte a character, to be compared and to be a key. */
  key(place: number): string {
    return Buffer.from(this.row.buffer, this.row.byteOffset, this.row.byteLength).toString(
      'latin1',
      this.starts[place] + LENGTH_BYTES,
      this.starts[place + 1],
    );
  }

  int4(place: number): number {
    return this.view.getInt32(this.starts[place] + LENGTH_BYTES);
  }

  /** Exact up to 2^53. */
  int8(place: number): number {
    const at = this.starts[place] + LENGTH_BYTES;
    return this.view.getInt32(at) * 2 ** 32 + this.view.getUint32(at + 4);
  }

  float4(place: number): number {
    return this.view.getFloat32(this.starts[place] + LENGTH_BYTES);
  }

  bool(place: number): boolean {
    return this.row[this.starts[place] + LENGTH_BYTES] !== 0;
  }
}
