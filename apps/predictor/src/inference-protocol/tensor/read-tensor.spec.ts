import { inferenceProto, InvalidField } from '@adlift/wire';
import type { Datatype } from './datatype';
import type { TensorHeader, TensorValues } from './input-tensor';
import { readJsonTensor } from './json-tensor';
import { readRawTensor } from './raw-tensor';
import { readTensorContents } from './tensor-contents';
import { tensorHeader } from './tensor-header';

const header = (datatype: Datatype, rows: number): TensorHeader => tensorHeader('x', datatype, [rows], 0);
const bytesOf = (values: ArrayBufferView): Buffer => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
/** Shifted by one byte, as tensors in the middle of a body are. */
const unaligned = (bytes: Buffer): Buffer => Buffer.concat([Buffer.of(0), bytes]).subarray(1);

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;

interface Case {
  readonly datatype: Datatype;
  readonly raw: Buffer;
  readonly json?: readonly (number | string | boolean)[];
  readonly contents?: inferenceProto.IInferTensorContents;
  readonly read: TensorValues;
}

const CASES: readonly Case[] = [
  {
    datatype: 'BOOL',
    raw: Buffer.of(1, 0),
    json: [true, false],
    contents: { boolContents: [true, false] },
    read: { kind: 'i32', values: Int32Array.of(1, 0) },
  },
  {
    datatype: 'UINT8',
    raw: Buffer.of(0, 255),
    json: [0, 255],
    contents: { uintContents: [0, 255] },
    read: { kind: 'i32', values: Int32Array.of(0, 255) },
  },
  {
    datatype: 'UINT16',
    raw: bytesOf(Uint16Array.of(1, 65535)),
    json: [1, 65535],
    contents: { uintContents: [1, 65535] },
    read: { kind: 'i32', values: Int32Array.of(1, 65535) },
  },
  {
    datatype: 'UINT32',
    raw: bytesOf(Uint32Array.of(1, 4294967295)),
    json: [1, 4294967295],
    contents: { uintContents: [1, 4294967295] },
    read: { kind: 'i64', values: BigInt64Array.of(1n, 4294967295n) },
  },
  {
    datatype: 'UINT64',
    raw: bytesOf(BigUint64Array.of(1n, MAX_UINT64)),
    read: { kind: 'u64', values: BigUint64Array.of(1n, MAX_UINT64) },
  },
  {
    datatype: 'INT8',
    raw: Buffer.of(0x80, 0x7f),
    json: [-128, 127],
    contents: { intContents: [-128, 127] },
    read: { kind: 'i32', values: Int32Array.of(-128, 127) },
  },
  {
    datatype: 'INT16',
    raw: bytesOf(Int16Array.of(-32768, 32767)),
    json: [-32768, 32767],
    contents: { intContents: [-32768, 32767] },
    read: { kind: 'i32', values: Int32Array.of(-32768, 32767) },
  },
  {
    datatype: 'INT32',
    raw: bytesOf(Int32Array.of(-2147483648, 7)),
    json: [-2147483648, 7],
    contents: { intContents: [-2147483648, 7] },
    read: { kind: 'i32', values: Int32Array.of(-2147483648, 7) },
  },
  {
    datatype: 'INT64',
    raw: bytesOf(BigInt64Array.of(-5n, MAX_INT64)),
    read: { kind: 'i64', values: BigInt64Array.of(-5n, MAX_INT64) },
  },
  {
    datatype: 'FP16',
    raw: bytesOf(Uint16Array.of(0x3e00, 0xfc00)),
    json: [1.5, -Infinity],
    read: { kind: 'f32', values: Float32Array.of(1.5, -Infinity) },
  },
  {
    datatype: 'FP32',
    raw: bytesOf(Float32Array.of(0.1, NaN)),
    contents: { fp32Contents: [0.1, NaN] },
    read: { kind: 'f32', values: Float32Array.of(0.1, NaN) },
  },
  {
    datatype: 'FP64',
    raw: bytesOf(Float64Array.of(0.1, -1e300)),
    json: [0.1, -1e300],
    contents: { fp64Contents: [0.1, -1e300] },
    read: { kind: 'f64', values: Float64Array.of(0.1, -1e300) },
  },
  {
    datatype: 'BYTES',
    raw: Buffer.concat([Buffer.of(3, 0, 0, 0), Buffer.from('été').subarray(0, 3), Buffer.of(0, 0, 0, 0)]),
    json: ['ét', ''],
    contents: { bytesContents: [Buffer.from('ét'), Buffer.alloc(0)] },
    read: { kind: 'text', values: ['ét', ''] },
  },
];

describe('reading a tensor', () => {
  it.each(CASES)(
    'reads $datatype alike from bytes, JSON and typed contents',
    ({ datatype, raw, json, contents, read }) => {
      expect(readRawTensor(header(datatype, 2), unaligned(raw))).toEqual(read);
      if (json !== undefined) {
        expect(readJsonTensor(header(datatype, 2), json)).toEqual(read);
        expect(
          readJsonTensor(
            header(datatype, 2),
            json.map((value) => [value]),
          ),
        ).toEqual(read);
      }
      if (contents !== undefined) {
        const bytes = inferenceProto.InferTensorContents.encode(contents).finish();
        expect(readTensorContents(header(datatype, 2), bytes)).toEqual(read);
      }
    },
  );

  it.each([
    [
      'INT64',
      3,
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
      { kind: 'i64', values: BigInt64Array.of(MAX_INT64) },
    ],
    [
      'UINT64',
      5,
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      { kind: 'u64', values: BigUint64Array.of(MAX_UINT64) },
    ],
  ] as const)('reads the greatest %s from a varint, packed or alone', (datatype, field, varint, read) => {
    const packed = Buffer.of((field << 3) | 2, varint.length, ...varint);
    const alone = Buffer.of(field << 3, ...varint);
    for (const bytes of [packed, alone]) expect(readTensorContents(header(datatype, 1), bytes)).toEqual(read);
  });

  it('joins values that come in several parts', () => {
    const part = (value: number): Uint8Array =>
      inferenceProto.InferTensorContents.encode({ intContents: [value] }).finish();
    const bytes = Buffer.concat([part(1), part(2), part(3)]);
    expect(readTensorContents(header('INT32', 3), bytes)).toEqual({ kind: 'i32', values: Int32Array.of(1, 2, 3) });
    expect(() => readTensorContents(header('INT32', 2), bytes)).toThrow(InvalidField);
  });

  it.each<[number, number]>([
    [0x0000, 0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0xc000, -2],
    [0x7c00, Infinity],
    [0x7e00, NaN],
  ])('reads the FP16 %i as %d', (bits, value) => {
    const { values } = readRawTensor(header('FP16', 1), bytesOf(Uint16Array.of(bits)));
    expect(values[0]).toBe(value);
  });

  it.each<[string, unknown]>([
    ['x'.repeat(257), [1]],
    ['', [1]],
    ['x', []],
    ['x', [1, 1, 1]],
    ['x', [2 ** 53]],
    ['x', [NaN]],
    ['x', { length: 1, 0: 1 }],
  ])('refuses the header %p %p', (name, shape) => {
    expect(() => tensorHeader(name, 'FP32', shape, 3)).toThrow(/^inputs\[3\]/);
  });
});
