import type { EncodedDataset } from './dataset';
import { trainFactorisationMachine } from './factorisation-machine';
import { trainLogisticRegression } from './logistic-regression';
import { offlineMetrics } from './offline-metrics';
import { drawMarket } from './synthetic-market.fixture';
import { TrainingRefusedError } from './training-refusal';
import { weightsToJson } from './weight-file';

describe('trainers on a known market', () => {
  const market = drawMarket(60_000, 3);
  const { encoded } = market;
  const logistic = trainLogisticRegression(encoded);
  const machine = trainFactorisationMachine(encoded, { maxEpochs: 4 });
  const { start } = logistic.tail;
  const best = offlineMetrics(market.truth.subarray(start), encoded.labels.subarray(start));

  it('beats a constant, and stays under the best possible prediction', () => {
    for (const { validation } of [logistic, machine]) {
      expect(validation.normalisedEntropy).toBeLessThan(0.96);
      expect(validation.auc).toBeGreaterThan(0.62);
      expect(validation.auc).toBeLessThan(best.auc);
      expect(validation.calibrationRatio).toBeGreaterThan(0.9);
      expect(validation.calibrationRatio).toBeLessThan(1.1);
    }
  });

  it('finds the interaction of user and ad with factors and not without', () => {
    expect(machine.validation.auc).toBeGreaterThan(logistic.validation.auc + 0.01);
    expect(machine.validation.logLoss).toBeLessThan(logistic.validation.logLoss);
  });

  it('gives the same bytes for the same rows and seed, and others for another seed', () => {
    const rows = drawMarket(8_000, 5).encoded;
    const fm = (seed: number) => weightsToJson(trainFactorisationMachine(rows, { maxEpochs: 2, seed }).weights);
    const lr = () => weightsToJson(trainLogisticRegression(rows).weights);
    expect(lr()).toBe(lr());
    expect(fm(7)).toBe(fm(7));
    expect(fm(8)).not.toBe(fm(7));
  });

  it('reports progress up to the whole', () => {
    const seen: [number, number][] = [];
    trainLogisticRegression(encoded, { epochs: 3, onProgress: (done, total) => seen.push([done, total]) });
    expect(seen).toEqual([
      [65_536, 3 * 54_000 + 6_000],
      [131_072, 168_000],
      [168_000, 168_000],
    ]);
  });

  it('undoes negative down-sampling on the validation tail', () => {
    const kept = sampleNegatives(encoded, start, 0.1);
    const tailFraction = (encoded.n - start) / kept.n;
    for (const train of [trainLogisticRegression, trainFactorisationMachine]) {
      const corrected = train(kept, { tailFraction, negativeSamplingRate: 0.1 }).validation;
      expect(corrected.rows).toBe(encoded.n - start);
      expect(corrected.calibrationRatio).toBeGreaterThan(0.85);
      expect(corrected.calibrationRatio).toBeLessThan(1.15);
      expect(train(kept, { tailFraction }).validation.calibrationRatio).toBeGreaterThan(1.5);
    }
  });

  it('learns from a row of weight 3 as from three rows', () => {
    const weights = Float32Array.from(encoded.labels, (label) => (label === 1 ? 3 : 1));
    const { validation } = trainLogisticRegression({ ...encoded, weights });
    expect(validation.calibrationRatio).toBeGreaterThan(0.9);
    expect(validation.calibrationRatio).toBeLessThan(1.1);
    const plain = offlineMetrics(
      trainLogisticRegression(encoded).tail.logits,
      encoded.labels.subarray(start),
      weights.subarray(start),
    );
    expect(plain.calibrationRatio).toBeLessThan(0.7);
  });

  it('drops weights to exactly zero under l1', () => {
    const zeros = (w: Float64Array) => w.filter((value) => value === 0).length;
    expect(zeros(trainLogisticRegression(encoded, { l1: 5 }).weights.w)).toBeGreaterThan(zeros(logistic.weights.w));
  });

  it.each([
    ['one class', (labels: Uint8Array) => labels.fill(0), 'TRAINING_ONE_CLASS'],
    ['fewer than 200 positives', (labels: Uint8Array) => labels.fill(0).fill(1, 0, 199), 'TRAINING_TOO_FEW_POSITIVES'],
    [
      'a tail without positives',
      (labels: Uint8Array) => labels.fill(0).fill(1, 0, 400),
      'TRAINING_VALIDATION_ONE_CLASS',
    ],
  ])('refuses %s', (_fault, spoil, code) => {
    const labels = spoil(encoded.labels.slice());
    for (const train of [trainLogisticRegression, trainFactorisationMachine]) {
      expect(() => train({ ...encoded, labels })).toThrow(expect.objectContaining({ code }) as TrainingRefusedError);
    }
  });
});

/** Keeps every positive, every tail row and one in 1/rate of the other negatives. */
function sampleNegatives(dataset: EncodedDataset, start: number, rate: number): EncodedDataset {
  const every = Math.round(1 / rate);
  const rows: number[] = [];
  for (let i = 0; i < dataset.n; i++) if (i >= start || dataset.labels[i] === 1 || i % every === 0) rows.push(i);
  const { idCount: c, numericCount: m } = dataset;
  return {
    ...dataset,
    n: rows.length,
    ids: Int32Array.from(rows.flatMap((row) => [...dataset.ids.subarray(row * c, row * c + c)])),
    numeric: Float32Array.from(rows.flatMap((row) => [...dataset.numeric.subarray(row * m, row * m + m)])),
    labels: Uint8Array.from(rows, (row) => dataset.labels[row]),
  };
}
