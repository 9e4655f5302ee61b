import { predictRow, SeededRandom, servedLogit, type Weights } from '@adlift/training';
import { EncodedRows } from './encoded-rows';
import { ROWS } from './explained-rows.fixture';
import { explainWeights, weightsFit } from './weight-contributions';

const { encoder, columns, n } = ROWS;
const rows = new EncodedRows(encoder, columns, n);
const SERVED = { calibration: { a: 0.9, b: -0.2 }, negativeSamplingRate: 0.25 };

function drawWeights(kind: 'lr' | 'fm', seed: number): Weights {
  const random = new SeededRandom(seed);
  const draw = (length: number): Float64Array => Float64Array.from({ length }, () => random.nextNormal());
  const linear = { bias: -2.5, w: draw(encoder.tableSize), numeric: draw(encoder.numericCount) };
  if (kind === 'lr') return { kind, ...linear };
  const k = 3;
  return { kind, k, ...linear, v: draw(encoder.tableSize * k), vNumeric: draw(encoder.numericCount * k) };
}

describe('an explanation by weights', () => {
  it.each(['lr', 'fm'] as const)('adds up to the served logit of a model of kind %s', (kind) => {
    const weights = drawWeights(kind, 3);
    for (let row = 0; row < n; row++) {
      const { base, contributions, logit } = explainWeights(weights, encoder, rows, row, SERVED);
      const { calibration, negativeSamplingRate } = SERVED;
      const raw = predictRow(weights, rows.idsOf(row), rows.numericOf(row));
      expect(logit).toBeCloseTo(servedLogit(raw, calibration, negativeSamplingRate), 12);
      expect(base).toBe(servedLogit(-2.5, calibration, negativeSamplingRate));
      expect(contributions.reduce((sum, { value }) => sum + value, base)).toBe(logit);
      expect(contributions.map(({ feature }) => feature).sort()).toEqual(['ad', 'ad*site', 'hour', 'price', 'site']);
    }
  });

  it('sorts by size, and counts the missing indicator as part of its feature', () => {
    const weights: Weights = {
      kind: 'lr',
      bias: 0,
      w: new Float64Array(encoder.tableSize).fill(0.125),
      numeric: Float64Array.of(10, -4),
    };
    const missingPrice = 3;
    const { contributions } = explainWeights(weights, encoder, rows, missingPrice, {
      calibration: { a: 1, b: 0 },
      negativeSamplingRate: 1,
    });
    expect(contributions[0]).toEqual({ feature: 'price', value: -4 });
    expect(contributions.slice(1).map(({ value }) => value)).toEqual([0.125, 0.125, 0.125, 0.125]);
  });

  it('gives each feature half of an interaction', () => {
    const linear = { bias: 0, w: new Float64Array(encoder.tableSize), numeric: new Float64Array(encoder.numericCount) };
    const v = new Float64Array(encoder.tableSize);
    const [ad, site] = rows.idsOf(0);
    v[ad] = 2;
    v[site] = -3;
    const weights: Weights = { kind: 'fm', k: 1, ...linear, v, vNumeric: new Float64Array(encoder.numericCount) };
    const { contributions } = explainWeights(weights, encoder, rows, 0, {
      calibration: { a: 1, b: 0 },
      negativeSamplingRate: 1,
    });
    expect(contributions.slice(0, 2)).toEqual([
      { feature: 'ad', value: -3 },
      { feature: 'site', value: -3 },
    ]);
  });

  it('takes only weights that have the shape of the encoded rows', () => {
    const weights = drawWeights('lr', 4);
    expect(weightsFit(weights, encoder)).toBe(true);
    expect(weightsFit({ ...weights, w: weights.w.subarray(1) }, encoder)).toBe(false);
    expect(weightsFit({ ...weights, numeric: new Float64Array(0) }, encoder)).toBe(false);
  });
});
