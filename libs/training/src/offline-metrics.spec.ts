import { fitPlatt, servedLogit } from './calibration';
import { logLossOf, offlineMetrics, sigmoid } from './offline-metrics';
import { SeededRandom } from './seeded-random';

describe('offlineMetrics', () => {
  it('matches values computed by hand', () => {
    const logits = Float64Array.of(Math.log(0.25), 0, 0, Math.log(4));
    const metrics = offlineMetrics(logits, Uint8Array.of(0, 1, 0, 1));
    const logLoss = (Math.log(1 / 0.8) * 2 + Math.log(2) * 2) / 4;
    expect(metrics.logLoss).toBeCloseTo(logLoss, 12);
    expect(metrics.normalisedEntropy).toBeCloseTo(logLoss / Math.log(2), 12);
    expect(metrics.auc).toBe(3.5 / 4);
    expect(metrics.calibrationRatio).toBeCloseTo(1, 12);
  });

  it('counts a row of weight 2 as two rows', () => {
    const twice = offlineMetrics(Float64Array.of(1, 1, -1, 0.3), Uint8Array.of(1, 1, 0, 0));
    const weighted = offlineMetrics(Float64Array.of(1, -1, 0.3), Uint8Array.of(1, 0, 0), Float32Array.of(2, 1, 1));
    for (const name of ['logLoss', 'normalisedEntropy', 'auc', 'calibrationRatio'] as const) {
      expect(weighted[name]).toBeCloseTo(twice[name], 12);
    }
  });

  it('stays finite for extreme logits', () => {
    expect(logLossOf(800, 0)).toBe(800);
    expect(logLossOf(-800, 0)).toBe(0);
  });
});

describe('calibration', () => {
  it('recovers the slope and shift that spoilt a calibrated logit', () => {
    const random = new SeededRandom(1);
    const truth = Float64Array.from({ length: 50_000 }, () => random.nextNormal() - 2);
    const labels = Uint8Array.from(truth, (logit) => (random.next() < sigmoid(logit) ? 1 : 0));
    const { a, b } = fitPlatt(
      truth.map((logit) => 2 * logit + 1),
      labels,
    );
    expect(a).toBeCloseTo(0.5, 1);
    expect(b).toBeCloseTo(-0.5, 1);
  });

  it('keeps the identity where the rows determine nothing', () => {
    expect(fitPlatt(new Float64Array(10), Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1, 0))).toEqual({ a: 1, b: 0 });
    expect(fitPlatt(Float64Array.of(1, 2, 3), Uint8Array.of(1, 1, 1))).toEqual({ a: 1, b: 0 });
  });

  it('corrects down-sampled negatives as the probability formula does', () => {
    const p = sigmoid(0.7);
    expect(sigmoid(servedLogit(0.7, { a: 1, b: 0 }, 0.1))).toBeCloseTo(p / (p + (1 - p) / 0.1), 12);
  });
});
