import { answered } from '../test/answered';
import { compareArms } from './comparison';
import {
  deltaMethodRelativeInterval,
  linearRelativeSequence,
  perImpressionZTest,
  relativeIntervalWithKnownControl,
  zTestOfMeans,
} from './compatibility';
import { confidenceSequenceCriticalValue } from './confidence-sequence';

const control = { units: 5000, value: 0.1, variance: 0.09 };
const treatment = { units: 5000, value: 0.13, variance: 0.11 };
const options = { alpha: 0.05, plannedUnits: 10_000 };
const { absolute, relative } = answered(compareArms(control, treatment, options));

describe('figures of other platforms', () => {
  it('take the control value for known and come out too narrow', () => {
    const { low, high } = relativeIntervalWithKnownControl(absolute, control.value);
    const fieller = answered(relative.interval);
    expect((low + high) / 2).toBeCloseTo(relative.lift, 12);
    expect(high - low).toBeLessThan(fieller.high - fieller.low);
  });

  it('lay symmetric intervals around the lift', () => {
    const fixed = deltaMethodRelativeInterval(relative, 0.05);
    expect(fixed.high - relative.lift).toBeCloseTo(1.959963984540054 * relative.standardError, 12);
    const sequence = linearRelativeSequence(relative, 10_000, options);
    const reach = confidenceSequenceCriticalValue(10_000, 10_000, 0.05) * relative.standardError;
    expect(sequence.low).toBeCloseTo(relative.lift - reach, 12);
    expect(sequence.high).toBeCloseTo(relative.lift + reach, 12);
  });

  it('take impressions for independent', () => {
    // (60 - 40) / 1000 over sqrt(.05 * .95 * 2 / 1000)
    const { statistic, p } = perImpressionZTest({ successes: 40, units: 1000 }, { successes: 60, units: 1000 });
    expect(statistic).toBeCloseTo(0.02 / Math.sqrt(0.0475 * 0.002), 12);
    expect(p).toBeCloseTo(0.0402, 4);
    expect(perImpressionZTest({ successes: 0, units: 9 }, { successes: 0, units: 9 }).p).toBeNaN();
  });

  it('use the normal distribution where t is meant', () => {
    const { statistic, p } = zTestOfMeans(control, treatment);
    expect(statistic).toBeCloseTo(absolute.statistic, 12);
    expect(p).toBeLessThan(absolute.p);
  });
});
