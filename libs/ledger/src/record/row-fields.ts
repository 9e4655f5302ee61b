/** Bytes of the number of columns before the first field, and of a length before each value. */
const HEAD_BYTES = 2;
const LENGTH_BYTES = 4;

/**
 * The fields of one row in binary COPY format at a time, found without copying and without a view: {@link read} looks
 * at the next row. They are counted from 0; none of them is NULL.
 */
export class RowFields {
  memory: Buffer = Buffer.alloc(0);
  /** Where each field begins, with its length; one more is the end of the row. */
  private readonly starts: Int32Array;

  constructor(private readonly count: number) {
    this.starts = new Int32Array(count + 1);
  }

  /** False for a row that is not made of the columns it should be, which PostgreSQL is to refuse. */
  read(memory: Buffer, rowAt: number, end: number): boolean {
    const { count } = this;
    this.memory = memory;
    let at = rowAt + HEAD_BYTES;
    for (let place = 0; place < count; place++) {
      this.starts[place] = at;
      const length = (memory[at] << 24) | (memory[at + 1] << 16) | (memory[at + 2] << 8) | memory[at + 3];
      if (length < 0 || length > end - at) return false;
      at += LENGTH_BYTES + length;
    }
    this.starts[count] = at;
    return at === end;
  }

  /** Bytes of all fields. */
  get bytes(): number {
    return this.starts[this.count] - this.starts[0];
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

  /** Bytes of a value, as text of one byte a character: such texts are ordered as PostgreSQL orders by COLLATE "C". */
  value(place: number): string {
    return this.memory.toString('latin1', this.valueStart(place), this.starts[place + 1]);
  }

  /** Exact up to 2^53. */
  int8(place: number): number {
    const at = this.valueStart(place);
    return this.memory.readInt32BE(at) * 2 ** 32 + this.memory.readUInt32BE(at + 4);
  }

  float4(place: number): number {
    return this.memory.readFloatBE(this.valueStart(place));
  }

  bool(place: number): boolean {
    return this.memory[this.valueStart(place)] !== 0;
  }
}
