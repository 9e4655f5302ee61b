import type { Column, Columns } from '@adlift/wire';
import { compileEncoder } from './encoder';
import { type FeatureSchema, FeatureSchemaError } from './feature-schema';
import { RowFlag } from './row-flags';

const schema: FeatureSchema = {
  features: [
    { name: 'site', type: 'categorical', encoder: 'vocabulary', values: ['7', '12', 'news'] },
    { name: 'ad', type: 'categorical', encoder: 'hash', size: 1000 },
    { name: 'age', type: 'buckets', edges: [18, 35] },
    {
      name: 'price',
      type: 'numeric',
      clip: [0, 100],
      transform: 'log1p',
      mean: 1,
      scale: 2,
      impute: 3,
      missingIndicator: true,
    },
  ],
  crosses: [
    { name: 'site*ad', of: ['site', 'ad'], size: 500 },
    { name: 'ad*age', of: ['ad', 'age'], size: 50 },
  ],
};

function run(columns: Record<string, Column>, n: number, of: FeatureSchema = schema) {
  const encoder = compileEncoder(of);
  const ids = new Int32Array(n * encoder.idCount);
  const numeric = new Float32Array(n * encoder.numericCount);
  const flags = new Uint8Array(n).fill(255);
  const map: Columns = new Map(Object.entries(columns));
  encoder.encode(map, n, ids, numeric, flags);
  return { ids: [...ids], numeric: [...numeric], flags: [...flags] };
}

const i32 = (...values: number[]): Column => ({ kind: 'i32', values: Int32Array.from(values) });
const f32 = (...values: number[]): Column => ({ kind: 'f32', values: Float32Array.from(values) });
const i64 = (...values: bigint[]): Column => ({ kind: 'i64', values: BigInt64Array.from(values) });
const dict = (entries: string[], ...idx: number[]): Column => ({
  kind: 'dict',
  dict: entries,
  idx: Uint32Array.from(idx),
});

describe('Encoder layout', () => {
  it('gives each categorical feature a contiguous range of one global table', () => {
    const encoder = compileEncoder(schema);
    expect(encoder.idRanges).toEqual([
      { name: 'site', offset: 0, size: 5 },
      { name: 'ad', offset: 5, size: 1001 },
      { name: 'age', offset: 1006, size: 4 },
      { name: 'site*ad', offset: 1010, size: 501 },
      { name: 'ad*age', offset: 1511, size: 51 },
    ]);
    expect(encoder.tableSize).toBe(1562);
    expect(encoder.numericColumns).toEqual(['price', 'price:missing']);
  });

  it('lists the columns that no feature reads', () => {
    const columns = new Map([
      ['site', i32(1)],
      ['colour', i32(1)],
    ]);
    expect(compileEncoder(schema).unknownColumns(columns)).toEqual(['colour']);
  });

  it.each<[string, FeatureSchema]>([
    ['a repeated name', { features: [schema.features[0], schema.features[0]], crosses: [] }],
    ['descending edges', { features: [{ name: 'x', type: 'buckets', edges: [2, 1] }], crosses: [] }],
    ['an empty hash', { features: [{ name: 'x', type: 'categorical', encoder: 'hash', size: 0 }], crosses: [] }],
    ['a cross of a numeric feature', { ...schema, crosses: [{ name: 'c', of: ['ad', 'price'], size: 9 }] }],
    ['a cross of an unknown feature', { ...schema, crosses: [{ name: 'c', of: ['ad', 'gone'], size: 9 }] }],
  ])('refuses %s', (_fault, bad) => {
    expect(() => compileEncoder(bad)).toThrow(FeatureSchemaError);
  });
});

describe('Encoder values', () => {
  it('clips, transforms, standardises and flags numbers', () => {
    const { numeric, flags } = run({ site: i32(7), ad: i32(1), age: i32(20), price: f32(50, -4, 1e9) }, 3);
    const z = (x: number) => Math.fround((Math.log1p(x) - 1) / 2);
    expect(numeric).toEqual([z(50), 0, z(0), 0, z(100), 0]);
    expect(flags).toEqual([0, RowFlag.CLIPPED, RowFlag.CLIPPED]);
  });

  it('imputes missing and non-finite numbers with the indicator set', () => {
    const price: Column = { kind: 'f32', values: Float32Array.of(0, NaN, -Infinity), missing: Uint8Array.of(1) };
    const { numeric, flags } = run({ site: i32(7), ad: i32(1), age: i32(20), price }, 3);
    const imputed = Math.fround((Math.log1p(3) - 1) / 2);
    expect(numeric).toEqual([imputed, 1, imputed, 1, imputed, 1]);
    expect(flags).toEqual([RowFlag.MISSING_FEATURE, RowFlag.NON_FINITE, RowFlag.NON_FINITE]);
  });

  it('tells unknown categories, missing ones and the empty string apart', () => {
    const site: Column = { ...dict(['news', 'blog', ''], 0, 1, 2, 0), missing: Uint8Array.of(8) };
    const { ids, flags } = run({ site, ad: i32(1), age: i32(20), price: f32(1) }, 4);
    expect([0, 1, 2, 3].map((row) => ids[row * 5])).toEqual([2, 3, 3, 4]);
    expect(flags).toEqual([0, RowFlag.UNKNOWN_CATEGORY, RowFlag.UNKNOWN_CATEGORY, RowFlag.MISSING_FEATURE]);
  });

  it('takes the missing slot of a cross when any part is missing', () => {
    const { ids } = run({ ad: i32(1), age: i32(20), price: f32(1) }, 1);
    expect(ids[3]).toBe(1010 + 500);
    expect(ids[4]).toBeLessThan(1511 + 50);
  });

  it('treats text for a numeric feature, short columns and bad dictionary indices as missing', () => {
    const columns = {
      site: dict(['news'], 0, 9, 0),
      ad: i32(1, 2),
      age: dict(['20'], 0, 0, 0),
      price: dict(['5'], 0, 0, 0),
    };
    const { ids, flags } = run(columns, 3);
    expect([ids[0], ids[5], ids[10]]).toEqual([2, 4, 2]);
    expect(ids[1]).toBe(5 + 1000);
    expect(ids[2]).toBe(1006 + 3);
    expect(flags).toEqual([1, 1, 1]);
  });

  it('buckets values at their lower edge', () => {
    const { ids } = run({ age: f32(-1, 17.9, 18, 35, 99) }, 5);
    expect([0, 1, 2, 3, 4].map((row) => ids[row * 5 + 2] - 1006)).toEqual([0, 0, 1, 2, 2]);
  });
});

describe('Encoder parity', () => {
  it('gives the same bytes whether a value arrives as text, a number, broadcast or one per row', () => {
    for (const value of [7, 12, 0, -3, 2 ** 31 - 1, -(2 ** 31), 20, 40]) {
      const n = 3;
      const price = f32(value % 50);
      const rest = { age: i32(value), price };
      const rows = (of: Column) => run({ site: of, ad: of, ...rest }, n);
      const expected = rows(i32(value));
      const text = String(value);
      expect(rows(i32(value, value, value))).toEqual(expected);
      expect(rows(i64(BigInt(value)))).toEqual(expected);
      expect(rows(i64(BigInt(value), BigInt(value), BigInt(value)))).toEqual(expected);
      expect(rows(dict([text], 0))).toEqual(expected);
      expect(rows(dict([text], 0, 0, 0))).toEqual(expected);
      expect(rows(dict(['other', text, 'more', 'than', 'rows'], 1, 1, 1))).toEqual(expected);
      if (Math.fround(value) === value) expect(rows(f32(value, value, value))).toEqual(expected);
    }
  });

  it('reads 64-bit integers beyond 32 bits as their decimal text', () => {
    const big = 9007199254740993n;
    expect(run({ ad: i64(big, big) }, 2)).toEqual(run({ ad: dict([String(big)], 0) }, 2));
    expect(run({ price: i64(-5n, 3n) }, 2)).toEqual(run({ price: i32(-5, 3) }, 2));
  });

  it('encodes a row the same alone as inside a batch, buffers reused', () => {
    const encoder = compileEncoder(schema);
    const texts = Array.from({ length: 300 }, (_, i) => (i % 7 === 0 ? 'news' : `v${(i * 37) % 90}`));
    const entries = [...new Set(texts)];
    const n = texts.length;
    const missing = Uint8Array.from({ length: Math.ceil(n / 8) }, (_, i) => (i % 3 === 0 ? 0b101 : 0));
    const idx = Uint32Array.from(texts, (text) => entries.indexOf(text));
    const price = Float32Array.from({ length: n }, (_, i) => (i % 11 === 0 ? NaN : i - 20));
    const age = Int32Array.from({ length: n }, (_, i) => i % 60);
    const word: Column = { kind: 'dict', dict: entries, idx, missing };
    const batch = new Map<string, Column>([
      ['site', word],
      ['ad', word],
      ['age', { kind: 'i32', values: age }],
      ['price', { kind: 'f32', values: price }],
    ]);
    const ids = new Int32Array(n * encoder.idCount);
    const numeric = new Float32Array(n * encoder.numericCount);
    const flags = new Uint8Array(n);
    encoder.encode(batch, n, ids, numeric, flags);
    for (let i = 0; i < n; i++) {
      const absent = ((missing[i >> 3] >> (i & 7)) & 1) === 1;
      const single: Column = {
        kind: 'dict',
        dict: [texts[i]],
        idx: Uint32Array.of(0),
        ...(absent && { missing: Uint8Array.of(1) }),
      };
      const alone = run({ site: single, ad: single, age: i32(age[i]), price: f32(price[i]) }, 1);
      expect(alone.ids).toEqual([...ids.subarray(i * 5, i * 5 + 5)]);
      expect(alone.numeric).toEqual([...numeric.subarray(i * 2, i * 2 + 2)]);
      expect(alone.flags[0]).toBe(flags[i]);
    }
  });
});
