import type { Column, Columns } from '@adlift/wire';
import type { DirectFeature, TensorInput } from './direct-feature';
import { compileEncoder, type Encoder } from './encoder';
import type { Feature } from './feature-schema';
import { RowFlag } from './row-flags';
import { readTensor, tensorBytes, tensorView } from './tensor-values';

const direct = { type: 'direct' } as const;
const price: DirectFeature = { ...direct, name: 'price', as: 'number', clip: [0, 100], impute: 'nan' };
const hour: DirectFeature = { ...direct, name: 'hour', as: 'integer', range: [0, 23], missing: 24 };
const site: DirectFeature = { ...direct, name: 'site', as: 'vocabulary', values: ['a', '7'], unknown: 5, missing: -1 };
const user: DirectFeature = { ...direct, name: 'user', as: 'hash', size: 1000, missing: 1000 };
const device: DirectFeature = { ...direct, name: 'device', as: 'text', missing: 'none' };
const big: DirectFeature = {
  ...direct,
  name: 'big',
  as: 'integer',
  range: [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  missing: 0,
};

function encoderOf(features: readonly Feature[], tensors: readonly TensorInput[]): Encoder {
  return compileEncoder({ features, crosses: [] }, tensors);
}

/** Encodes two requests one behind the other, as in a shared round; returns every tensor's values and all flags. */
function encode(encoder: Encoder, ...requests: readonly { columns: Columns; n: number }[]) {
  const inputs = encoder.tensors?.inputs ?? [];
  const all = requests.reduce((sum, { n }) => sum + n, 0);
  const values = inputs.map(({ type, features }) =>
    tensorView(type, new ArrayBuffer(all * features.length * tensorBytes(type))),
  );
  const flags: number[] = [];
  let at = 0;
  for (const { columns, n } of requests) {
    const rowFlags = new Uint8Array(n);
    encoder.tensors?.encode(columns, n, values, at, rowFlags);
    flags.push(...rowFlags);
    at += n;
  }
  return { tensors: inputs.map(({ type, features }, t) => readTensor(type, values[t], all * features.length)), flags };
}

const f32 = (...values: number[]): Column => ({ kind: 'f32', values: Float32Array.from(values) });
const texts = (...dict: string[]): Column => ({ kind: 'dict', dict, idx: Uint32Array.from(dict, (_, i) => i) });

describe('TensorEncoder', () => {
  it('packs numbers and codes side by side, NaN and codes of its own for what is missing', () => {
    const encoder = encoderOf(
      [price, hour, site],
      [{ name: 'X', type: 'float32', shape: 'n,k', features: ['site', 'price', 'hour'] }],
    );
    const columns: Columns = new Map([
      ['price', f32(2.5, NaN, 1e9, 4)],
      ['hour', f32(3, 99, 2.5, -7)],
      ['site', texts('a', '7', 'zzz', 'a')],
    ]);
    const { tensors, flags } = encode(encoder, { columns, n: 4 }, { columns: new Map(), n: 1 });
    expect(tensors).toEqual([[0, 2.5, 3, 1, NaN, 23, 5, 100, 24, 0, 4, 0, -1, NaN, 24]]);
    expect(flags).toEqual([
      0,
      RowFlag.NON_FINITE | RowFlag.CLIPPED,
      RowFlag.CLIPPED | RowFlag.MISSING_FEATURE | RowFlag.UNKNOWN_CATEGORY,
      RowFlag.CLIPPED,
      RowFlag.MISSING_FEATURE,
    ]);
  });

  it('writes 64-bit integers exactly, negative ones too, and broadcasts one entry to every row', () => {
    const encoder = encoderOf(
      [big, hour],
      [
        { name: 'big', type: 'int64', shape: 'n', features: ['big'] },
        { name: 'hour', type: 'int32', shape: 'n,1', features: ['hour'] },
      ],
    );
    const given = [2n ** 53n - 1n, -(2n ** 53n) + 1n, 2n ** 62n, -1n, 0n, -(2n ** 32n)];
    const columns: Columns = new Map<string, Column>([
      ['big', { kind: 'i64', values: BigInt64Array.from(given) }],
      ['hour', f32(25)],
    ]);
    const { tensors, flags } = encode(encoder, { columns, n: given.length });
    const { MAX_SAFE_INTEGER } = Number;
    expect(tensors[0]).toEqual([MAX_SAFE_INTEGER, -MAX_SAFE_INTEGER, MAX_SAFE_INTEGER, -1, 0, -(2 ** 32)]);
    expect(tensors[1]).toEqual([23, 23, 23, 23, 23, 23]);
    expect(flags).toEqual(given.map(() => RowFlag.CLIPPED));
  });

  it('gives the bytes that a BigInt64Array reads', () => {
    const encoder = encoderOf([big], [{ name: 'big', type: 'int64', shape: 'n', features: ['big'] }]);
    const buffer = new ArrayBuffer(16);
    const columns: Columns = new Map([['big', { kind: 'i64', values: BigInt64Array.of(-5_000_000_001n, 9n) }]]);
    encoder.tensors?.encode(columns, 2, [tensorView('int64', buffer)], 0, new Uint8Array(2));
    expect([...new BigInt64Array(buffer)]).toEqual([-5_000_000_001n, 9n]);
  });

  it('sends texts as they are, numbers in decimal, and hashes any value into its range', () => {
    const encoder = encoderOf(
      [device, user],
      [
        { name: 'device', type: 'string', shape: 'n,1', features: ['device'] },
        { name: 'user', type: 'float64', shape: 'n', features: ['user'] },
      ],
    );
    const columns: Columns = new Map([
      ['device', texts('été', '', 'phone')],
      ['user', texts('u1', 'u2', 'u1')],
    ]);
    const { tensors, flags } = encode(encoder, { columns, n: 3 }, { columns: new Map([['device', f32(17)]]), n: 2 });
    expect(tensors[0]).toEqual(['été', '', 'phone', '17', '17']);
    expect(tensors[1][0]).toBe(tensors[1][2]);
    expect(Math.max(...tensors[1].slice(0, 3).map(Number))).toBeLessThan(1000);
    expect(tensors[1].slice(3)).toEqual([1000, 1000]);
    expect(flags).toEqual([0, 0, 0, RowFlag.MISSING_FEATURE, RowFlag.MISSING_FEATURE]);
  });

  it('serves encoded and direct features of one schema, and knows the columns of both', () => {
    const encoder = encoderOf(
      [{ name: 'ad', type: 'categorical', encoder: 'hash', size: 8 }, hour],
      [{ name: 'hour', type: 'int64', shape: 'n', features: ['hour'] }],
    );
    expect([encoder.idCount, encoder.numericCount, encoder.tableSize]).toEqual([1, 0, 9]);
    expect(encoder.unknownColumns(new Map([...['ad', 'hour', 'age'].map((name) => [name, f32(1)] as const)]))).toEqual([
      'age',
    ]);
  });
});

describe('compileEncoder', () => {
  const packed = (features: string[], type: TensorInput['type'] = 'float32'): TensorInput[] => [
    { name: 'X', type, shape: 'n,k', features },
  ];

  it.each<[string, Feature[], TensorInput[], string]>([
    ['a direct feature that no input takes', [hour, price], packed(['hour']), 'feature "price": no input tensor'],
    ['an input of a feature that is not there', [hour], packed(['hour', 'age']), '"age" is not a feature'],
    ['a text in an input of numbers', [device], packed(['device']), 'is a text, the input takes float32'],
    ['a number in an input of texts', [price], packed(['price'], 'string'), 'is a number, the input takes string'],
    ['a number in an input of integers', [price], packed(['price'], 'int64'), 'declare an integer'],
    ['codes beyond what a float tells apart', [{ ...user, size: 2 ** 30 }], packed(['user']), 'float32 cannot hold'],
    ['a range beyond 32 bits', [big], packed(['big'], 'int32'), 'int32 cannot hold'],
    ['a range upside down', [{ ...hour, range: [5, 1] }], packed(['hour']), 'range low > high'],
    ['a fraction as a code', [{ ...hour, missing: 0.5 }], packed(['hour']), '0.5 is not an integer'],
    ['an impute value beyond float32', [{ ...price, impute: 1e300 }], packed(['price']), 'overflows float32'],
    [
      'two features in a shape of one',
      [hour, price],
      [{ name: 'X', type: 'float32', shape: 'n', features: ['hour', 'price'] }],
      'takes one feature, 2 are listed',
    ],
    ['one input declared twice', [hour], [...packed(['hour']), ...packed(['hour'])], 'input "X": declared twice'],
  ])('refuses %s', (_fault, features, tensors, message) => {
    expect(() => encoderOf(features, tensors)).toThrow(message);
  });

  it('refuses a cross of a direct feature', () => {
    const crosses = [{ name: 'c', of: ['hour', 'hour'], size: 4 }];
    expect(() => compileEncoder({ features: [hour], crosses }, packed(['hour']))).toThrow('part "hour" is direct');
  });
});
