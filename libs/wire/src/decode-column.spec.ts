import type { Column as DecodedColumn } from './column';
import { ColumnDecoder } from './decode-column';
import { WireReader } from './wire-reader';
import { adlift as proto } from './generated/adlift';
import { InvalidField } from './predict-request';

const { Column } = proto.v1;

interface NamedColumn {
  readonly name: string;
  readonly column: DecodedColumn | undefined;
}

const decoder = new ColumnDecoder();

function decode(column: proto.v1.IColumn): NamedColumn {
  return decodeBytes(Column.encode(column).finish(), 0);
}

function bytesOf(values: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer);
}

function refusal(bytes: readonly number[]): InvalidField {
  try {
    decodeBytes(Uint8Array.from(bytes), 3);
  } catch (error) {
    if (error instanceof InvalidField) return error;
    throw error;
  }
  throw new Error('the column was decoded');
}

function decodeBytes(bytes: Uint8Array, index: number): NamedColumn {
  const column = decoder.decode(new WireReader(Buffer.from(bytes)), bytes.length, index);
  return { name: decoder.name, column };
}

describe('ColumnDecoder', () => {
  it('reads every form that the generated code writes', () => {
    const floats = Float32Array.of(0, -1.5, NaN, Infinity, 3.4e38);
    const ints = Int32Array.of(0, -1, 2147483647, -2147483648);
    const longs = [0, 1, -1, 127, 128, 2 ** 31, -(2 ** 31), Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    expect(decode({ name: 'a', f32: [...floats] }).column).toEqual({ kind: 'f32', values: floats });
    expect(decode({ name: 'a', rawF32: bytesOf(floats) }).column).toEqual({ kind: 'f32', values: floats });
    expect(decode({ name: 'a', rawI32: bytesOf(ints) }).column).toEqual({ kind: 'i32', values: ints });
    expect(decode({ name: 'a', i64: longs }).column).toEqual({
      kind: 'i64',
      values: BigInt64Array.from(longs.map(BigInt)),
    });
    expect(decode({ name: 'a', dict: ['x', '', 'é'], idx: [2, 0, 4294967295] }).column).toEqual({
      kind: 'dict',
      dict: ['x', '', 'é'],
      idx: Uint32Array.of(2, 0, 4294967295),
    });
  });

  it('reads a column of the protocol at any offset of a larger buffer', () => {
    const encoded = Column.encode({ name: 'price', rawF32: bytesOf(Float32Array.of(1, 2)) }).finish();
    const within = Buffer.concat([Buffer.alloc(3), encoded, Buffer.alloc(2)]).subarray(3, 3 + encoded.length);
    expect(decodeBytes(within, 0)).toEqual({
      name: 'price',
      column: { kind: 'f32', values: Float32Array.of(1, 2) },
    });
  });

  it('refuses a second run of places in a dictionary instead of forgetting the first', () => {
    const { field, problem } = refusal([0x0a, 1, 0x61, 0x22, 1, 0x78, 0x2a, 1, 0, 0x2a, 1, 0]);
    expect([field, problem]).toEqual(['columns[3]', 'two forms or two runs of values are filled']);
  });

  it('keeps the bitmap of missing values, and knows an empty column as absent', () => {
    const missing = Uint8Array.of(0b101);
    const { column } = decode({ name: 'a', f32: [1, 2, 3], missing });
    expect(Array.from(column?.missing ?? [])).toEqual([0b101]);
    expect(decode({ name: 'a', missing })).toEqual({ name: 'a', column: undefined });
  });

  it('reads past fields it does not know', () => {
    const known = [...Column.encode({ name: 'a', f32: [1] }).finish()];
    const tag99 = [0x98, 0x06, 0x05];
    expect(decodeBytes(Uint8Array.from([...tag99, ...known]), 0).name).toBe('a');
  });

  it.each<[string, readonly number[], string]>([
    ['no name', [0x12, 0x00], 'columns[3].name'],
    ['an unpacked float', [0x0a, 1, 97, 0x15, 0, 0, 0x80, 0x3f], 'columns[3].f32'],
    ['an unpacked integer', [0x0a, 1, 97, 0x18, 5], 'columns[3].i64'],
    ['an unpacked index', [0x0a, 1, 97, 0x22, 1, 98, 0x28, 0], 'columns[3].idx'],
    ['floats of three bytes', [0x0a, 1, 97, 0x12, 3, 1, 2, 3], 'columns[3].f32'],
    ['raw integers of five bytes', [0x0a, 1, 97, 0x3a, 5, 1, 2, 3, 4, 5], 'columns[3].raw_i32'],
    ['an integer cut short', [0x0a, 1, 97, 0x1a, 2, 5, 0x85], 'columns[3].i64'],
    ['an integer of eleven bytes', [0x0a, 1, 97, 0x1a, 11, ...Array<number>(10).fill(0xff), 1], 'columns[3].i64'],
    ['an index cut short', [0x0a, 1, 97, 0x2a, 1, 0x80], 'columns[3].idx'],
    ['two forms', [0x0a, 1, 97, 0x12, 4, 0, 0, 0, 0, 0x3a, 4, 0, 0, 0, 0], 'columns[3]'],
  ])('refuses %s by the field', (_what, bytes, field) => {
    expect(refusal(bytes).field).toBe(field);
  });
});
