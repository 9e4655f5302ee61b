import { compileEncoder, type FeatureSchema, type TensorInput } from '@adlift/features';
import { SeededRandom } from '@adlift/training';
import type { Column, Columns } from '@adlift/wire';
import type { RowTarget } from './encoded-rows';
import { ROWS } from './explained-rows.fixture';
import { Replacement, ScoreNotFiniteError } from './replacement';

const { encoder, columns, n } = ROWS;
const BASELINE: Columns = new Map<string, Column>([
  ['ad', { kind: 'i32', values: Int32Array.of(9) }],
  ['site', { kind: 'dict', dict: ['shop'], idx: Uint32Array.of(0) }],
  ['price', { kind: 'f32', values: Float32Array.of(2) }],
]);

function score(replacement: Replacement, model: (ids: Int32Array, numeric: Float32Array) => number): Float64Array {
  const target: RowTarget = {
    ids: new Int32Array(encoder.idCount),
    numeric: new Float32Array(encoder.numericCount),
    tensors: [],
  };
  return Float64Array.from({ length: replacement.rows }, (_, row) => {
    replacement.write(row, target, 0);
    return model(target.ids, target.numeric);
  });
}

function drawTable(seed: number): Float64Array {
  const random = new SeededRandom(seed);
  return Float64Array.from({ length: encoder.tableSize }, () => random.nextNormal());
}

describe('an explanation by replacement', () => {
  const candidates = [2, 0, 3];

  it('adds up to the logit of a model in which everything interacts', () => {
    const table = drawTable(5);
    const model = (ids: Int32Array, numeric: Float32Array): number =>
      Math.tanh(ids.reduce((product, id) => product * (1 + table[id]), 1)) * Math.exp(numeric[0] / 5) - numeric[1];
    const replacement = new Replacement(encoder, columns, n, candidates, BASELINE);
    const whole = new Replacement(encoder, columns, n, [0, 1, 2, 3], new Map());
    const explanations = replacement.explain(score(replacement, model));
    const logits = whole.explain(score(whole, model)).map(({ logit }) => logit);
    candidates.forEach((candidate, i) => {
      const { base, contributions, logit } = explanations[i];
      expect(logit).toBeCloseTo(logits[candidate], 12);
      expect(contributions.reduce((sum, { value }) => sum + value, base)).toBe(logit);
    });
  });

  it('is the Shapley value of a model with interactions of two', () => {
    const table = drawTable(6);
    const pair = ([ad, site, hour]: Int32Array): number => table[ad] + table[ad] * table[site] + table[hour];
    const replacement = new Replacement(encoder, columns, n, [0], BASELINE);
    const [{ contributions }] = replacement.explain(score(replacement, pair));
    const rows = score(replacement, (ids) => ids[0]);
    const ids = (of: 'given' | 'base'): Int32Array => {
      const target = {
        ids: new Int32Array(encoder.idCount),
        numeric: new Float32Array(encoder.numericCount),
        tensors: [],
      };
      // The fifth row is all of the candidate: it has five parts, and each differs from the baseline.
      replacement.write(of === 'given' ? 5 : 0, target, 0);
      return target.ids;
    };
    expect(rows.length).toBe(1 + 2 * 5 - 1);
    const [x, b] = [ids('given'), ids('base')];
    const both = (ad: number, site: number): number => table[ad] + table[ad] * table[site];
    const shapley = (both(x[0], b[1]) - both(b[0], b[1]) + both(x[0], x[1]) - both(b[0], x[1])) / 2;
    expect(contributions.find(({ feature }) => feature === 'ad')?.value).toBeCloseTo(shapley, 12);
    expect(contributions.find(({ feature }) => feature === 'price')?.value).toBe(0);
  });

  it('spends no row on a feature that is at its baseline', () => {
    const same = new Map(columns);
    const replacement = new Replacement(
      encoder,
      same,
      n,
      [0, 3],
      new Map([...same].map(([name, c]) => [name, first(c)])),
    );
    // Candidate 0 is the baseline; of candidate 3 only price and hour differ.
    expect(replacement.rows).toBe(1 + 0 + 3);
    const [atBaseline] = replacement.explain(new Float64Array(replacement.rows).fill(-1));
    expect(atBaseline).toMatchObject({ base: -1, logit: -1 });
  });

  it('steps over a row without a finite score, and refuses where an end has none', () => {
    const replacement = new Replacement(encoder, columns, n, [1], BASELINE);
    const logits = score(replacement, (ids) => ids[0] / 100);
    const [before] = replacement.explain(logits);
    const between = logits.slice();
    between[1] = NaN;
    expect(replacement.explain(between)[0].logit).toBeCloseTo(before.logit, 12);
    expect(() => replacement.explain(logits.map((logit, row) => (row === 0 ? NaN : logit)))).toThrow(
      ScoreNotFiniteError,
    );
    expect(() => replacement.explain(logits.map(() => Infinity))).toThrow('no finite score for the baseline row');
    const end = logits.map((logit, row) => (row === 4 ? NaN : logit));
    expect(() => replacement.explain(end)).toThrow('no finite score for candidate 1');
  });

  it('moves texts, wide integers and missing numbers of a foreign model', () => {
    const schema: FeatureSchema = {
      features: [
        { name: 'site', type: 'direct', as: 'text', missing: '' },
        { name: 'user', type: 'direct', as: 'integer', range: [0, 2 ** 40], missing: 0 },
        { name: 'price', type: 'direct', as: 'number', impute: 'nan' },
      ],
      crosses: [],
    };
    const inputs: TensorInput[] = [
      { name: 'a', type: 'string', shape: 'n,1', features: ['site'] },
      { name: 'b', type: 'int64', shape: 'n', features: ['user'] },
      { name: 'c', type: 'float32', shape: 'n,k', features: ['price'] },
    ];
    const given: Columns = new Map<string, Column>([
      ['site', { kind: 'dict', dict: ['news'], idx: Uint32Array.of(0) }],
      ['user', { kind: 'i64', values: BigInt64Array.of(2n ** 33n + 7n) }],
    ]);
    const replacement = new Replacement(compileEncoder(schema, inputs), given, 1, [0], new Map());
    const target = {
      ids: new Int32Array(0),
      numeric: new Float32Array(0),
      tensors: [[] as string[], new Int32Array(2), new Float32Array(1)],
    };
    const seen = Array.from({ length: replacement.rows }, (_, row) => {
      replacement.write(row, target, 0);
      return [target.tensors[0][0], ...target.tensors[1], ...target.tensors[2]];
    });
    expect(seen).toEqual([
      ['', 0, 0, NaN],
      ['news', 0, 0, NaN],
      ['news', 7, 2, NaN],
      ['', 7, 2, NaN],
    ]);
  });
});

function first(column: Column): Column {
  if (column.kind === 'dict') return { ...column, idx: column.idx.slice(0, 1) };
  return { kind: column.kind, values: column.values.slice(0, 1) } as Column;
}
