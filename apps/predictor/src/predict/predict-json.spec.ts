import type { Column } from '@adlift/wire';
import { predictBody, requestFromJson } from './predict-json';

function column(values: unknown): Column | undefined {
  const body = predictBody.parse({ requestId: 'r', adIds: ['a', 'b'], features: { x: values } });
  return requestFromJson(body).columns.get('x');
}

describe('a feature in JSON', () => {
  it('is a column of single precision where that keeps its numbers, or where they are not all whole', () => {
    expect(column([1, -(2 ** 24)])).toEqual({ kind: 'f32', values: Float32Array.of(1, -(2 ** 24)) });
    expect(column([0.1, 16_777_217])).toEqual({ kind: 'f32', values: Float32Array.of(0.1, 16_777_216) });
    expect(column(1e300)).toEqual({ kind: 'f32', values: Float32Array.of(Infinity) });
  });

  it('keeps whole numbers apart that single precision would make one, and the missing one among them', () => {
    expect(column([16_777_216, 16_777_217])).toEqual({
      kind: 'i64',
      values: BigInt64Array.of(16_777_216n, 16_777_217n),
    });
    expect(column([null, Number.MAX_SAFE_INTEGER])).toEqual({
      kind: 'i64',
      values: BigInt64Array.of(0n, 9_007_199_254_740_991n),
      missing: Uint8Array.of(1),
    });
  });

  it('is a dictionary as soon as one of its values is a text', () => {
    expect(column(['a', null])).toMatchObject({ kind: 'dict', dict: ['a', ''], missing: Uint8Array.of(2) });
  });
});
