import type { Column } from '@adlift/wire';
import { featureColumn, type FeatureKind } from './feature-column';
import type { Datatype } from './tensor/datatype';
import type { TensorValues } from './tensor/input-tensor';

const column = (datatype: Datatype, data: TensorValues, kind: FeatureKind): Column =>
  featureColumn({ name: 'x', datatype, rows: data.values.length, path: 'inputs[0] (x)', data }, kind);
const GREAT = 2n ** 60n + 1n;

describe('an input as a feature column', () => {
  it('keeps single-precision numbers and 32-bit integers as they are', () => {
    const floats = { kind: 'f32', values: Float32Array.of(1, 2) } as const;
    const integers = { kind: 'i32', values: Int32Array.of(1, 2) } as const;
    expect(column('FP32', floats, 'number')).toEqual(floats);
    expect(column('INT32', integers, 'category')).toEqual(integers);
    expect(column('BOOL', integers, 'number')).toEqual(integers);
  });

  it('makes a dictionary of texts', () => {
    expect(column('BYTES', { kind: 'text', values: ['a', 'b', 'a'] }, 'category')).toEqual({
      kind: 'dict',
      dict: ['a', 'b'],
      idx: Uint32Array.of(0, 1, 0),
    });
  });

  it('keeps 64-bit integers exact: as integers where a double is, else as the text of the category', () => {
    const small = { kind: 'i64', values: BigInt64Array.of(-3n, 2n ** 53n - 1n) } as const;
    expect(column('INT64', small, 'category')).toEqual(small);
    expect(column('INT64', { kind: 'i64', values: BigInt64Array.of(-GREAT) }, 'category')).toMatchObject({
      dict: [`-${GREAT}`],
    });
    expect(column('UINT64', { kind: 'u64', values: BigUint64Array.of(2n ** 64n - 1n) }, 'category')).toMatchObject({
      dict: ['18446744073709551615'],
    });
    expect(column('INT64', { kind: 'i64', values: BigInt64Array.of(GREAT) }, 'number')).toEqual({
      kind: 'f32',
      values: Float32Array.of(2 ** 60),
    });
  });

  it.each<[Datatype, TensorValues, FeatureKind]>([
    ['BYTES', { kind: 'text', values: ['1'] }, 'number'],
    ['FP32', { kind: 'f32', values: Float32Array.of(1) }, 'category'],
    ['FP64', { kind: 'f64', values: Float64Array.of(1) }, 'category'],
    ['BOOL', { kind: 'i32', values: Int32Array.of(1) }, 'category'],
  ])('refuses %s %p for a %s', (datatype, data, kind) => {
    expect(() => column(datatype, data, kind)).toThrow(`inputs[0] (x).datatype: ${datatype}`);
  });

  it('takes anything where no model says what the feature is', () => {
    expect(column('BYTES', { kind: 'text', values: ['1'] }, 'any').kind).toBe('dict');
    expect(column('FP64', { kind: 'f64', values: Float64Array.of(1) }, 'any').kind).toBe('f32');
  });
});
