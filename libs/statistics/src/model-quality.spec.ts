import { answered } from '../test/answered';
import { expectAgreement } from '../test/expect-agreement';
import { readGolden } from '../test/golden-vectors';
import { addUnit, emptyArmSums, type ArmSums } from './arm-sums';
import { judgeCalibration } from './calibration';
import { addUnitValues, emptyCrossSums, type CrossSums } from './cross-sums';
import { estimateNormalisedEntropy } from './normalised-entropy';

interface QualityGolden {
  units: [number, number, number, number][];
  calibration: object;
  normalisedEntropy: object;
}

const golden = readGolden<QualityGolden>('model-quality');

/** `count` units with `clicks` clicks among `promised` expected ones, some more and some less. */
function calibrated(count: number, promised: number, clicks: number): ArmSums {
  const sums = emptyArmSums();
  for (let unit = 0; unit < count; unit += 1) {
    const spread = unit % 2 === 0 ? 0.9 : 1.1;
    addUnit(sums, BigInt(Math.round((spread * promised * 1e9) / count)), unit < clicks ? 1n : 0n);
  }
  return sums;
}

describe('calibration', () => {
  it('agrees with the golden vectors', () => {
    const sums = emptyArmSums();
    for (const [predicted, , clicks] of golden.units) addUnit(sums, BigInt(predicted), BigInt(clicks));
    const calibration = answered(judgeCalibration(sums, 0.05));
    expectAgreement(calibration, golden.calibration);
    expect(calibration.miscalibrated).toBe(false);
  });

  it('calls out a model that promises twice or half of what comes', () => {
    expect(answered(judgeCalibration(calibrated(4000, 1000, 1000), 0.05))).toMatchObject({ miscalibrated: false });
    expect(answered(judgeCalibration(calibrated(4000, 2000, 1000), 0.05))).toMatchObject({ miscalibrated: true });
    expect(answered(judgeCalibration(calibrated(4000, 500, 1000), 0.05))).toMatchObject({ miscalibrated: true });
  });

  it('does not call out a miss that chance explains', () => {
    const calibration = answered(judgeCalibration(calibrated(4000, 60, 48), 0.05));
    expect(calibration.ratio).toBeCloseTo(1.25, 6);
    expect(calibration.miscalibrated).toBe(false);
  });

  it('calls out a model whose promised clicks never come', () => {
    expect(answered(judgeCalibration(calibrated(4000, 80, 0), 0.05))).toMatchObject({
      ratio: Infinity,
      actualClicks: 0,
      miscalibrated: true,
    });
  });

  it('says nothing below 50 expected clicks', () => {
    expect(judgeCalibration(calibrated(4000, 49, 490), 0.05)).toMatchObject({ reason: 'too_few_expected_clicks' });
    expect(judgeCalibration(emptyArmSums(), 0.05)).toMatchObject({ reason: 'too_few_expected_clicks' });
    expect(judgeCalibration(calibrated(1, 70, 1), 0.05)).toMatchObject({ reason: 'one_unit' });
  });
});

describe('normalised entropy', () => {
  const variables = { loss: 0, clicks: 1, impressions: 2 };
  const sumsOf = (units: readonly (readonly number[])[]): CrossSums => {
    const sums = emptyCrossSums(3);
    for (const unit of units) addUnitValues(sums, unit.map(BigInt));
    return sums;
  };

  it('agrees with the golden vectors', () => {
    const units = golden.units.map(([, loss, clicks, impressions]) => [loss, clicks, impressions]);
    expectAgreement(answered(estimateNormalisedEntropy(sumsOf(units), variables)), golden.normalisedEntropy);
  });

  it('is 1 for a model that knows the base rate and nothing else', () => {
    const rate = 0.25;
    const loss = (clicks: number): number =>
      Math.round(-1e9 * (clicks * Math.log(rate) + (4 - clicks) * Math.log1p(-rate)));
    const units = [0, 1, 2, 1, 0, 2, 1, 1].map((clicks) => [loss(clicks), clicks, 4]);
    expect(answered(estimateNormalisedEntropy(sumsOf(units), variables)).value).toBeCloseTo(1, 8);
  });

  it('refuses a click rate without entropy, and sums without impressions', () => {
    const silent = [
      [5, 0, 3],
      [6, 0, 2],
    ];
    expect(estimateNormalisedEntropy(sumsOf(silent), variables)).toMatchObject({ reason: 'degenerate_rate' });
    expect(estimateNormalisedEntropy(sumsOf(silent.map(() => [0, 0, 0])), variables)).toMatchObject({
      reason: 'zero_denominator',
    });
    expect(estimateNormalisedEntropy(sumsOf(silent.slice(1)), variables)).toMatchObject({ reason: 'one_unit' });
    expect(estimateNormalisedEntropy(emptyCrossSums(3), variables)).toMatchObject({ reason: 'no_units' });
  });
});
