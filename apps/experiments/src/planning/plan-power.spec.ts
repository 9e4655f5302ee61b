import { estimateArm, isRefusal, minimumDetectableEffect } from '@adlift/statistics';
import { historyMetrics, PlainSums } from './history-metric';
import { powerBody } from './planning-body';
import { planPower, unitsAfter } from './plan-power';
import type { UnitHistory } from './unit-history';

const UNITS = 1000;
const HISTORY: UnitHistory = {
  ...{ days: 2, units: UNITS, newUnits: [600, 400] },
  impressions: new Float64Array(UNITS).fill(10),
  clicks: Float64Array.from({ length: UNITS }, (_, i) => i % 3),
  conversions: new Float64Array(UNITS),
  charged: Float64Array.from({ length: UNITS }, (_, i) => (i % 3) * 500),
};
const [ctr, conversionRate, rpm] = historyMetrics(HISTORY);

describe('planning', () => {
  it('tells units, days and effects that belong together', () => {
    const body = powerBody.parse({ goal: 'ctr', effect: 0.05, mode: 'fixed' });
    const plan = planPower(ctr, HISTORY, body);
    expect(plan.baseline).toEqual({ metric: 'ctr', value: 999 / 10_000 });
    const { units = NaN, days } = plan.forEffect ?? {};
    const back = planPower(ctr, HISTORY, { ...body, plannedUnits: units }).forUnits;
    expect(back?.effect).toBeCloseTo(0.05, 4);
    expect(back?.days).toBe(days);
    expect(unitsAfter(HISTORY.newUnits, days ?? NaN)).toBeGreaterThanOrEqual(units);
    expect(unitsAfter(HISTORY.newUnits, (days ?? NaN) - 1)).toBeLessThan(units);
    // The same by the formula itself.
    const sums = new PlainSums();
    HISTORY.clicks.forEach((clicks) => sums.add(clicks, 10));
    const estimate = estimateArm('ratio', sums.sums());
    if (isRefusal(estimate)) throw new Error(estimate.detail);
    const arms = {
      ...{ controlVariance: estimate.variance, treatmentVariance: estimate.variance },
      ...{ controlShare: 0.5, treatmentShare: 0.5 },
    };
    const least = minimumDetectableEffect(arms, units, 0.8, { mode: 'fixed', alpha: 0.05 }) / estimate.value;
    expect(back?.effect).toBeCloseTo(least, 10);
  });

  it('asks for more units sequentially, for a smaller arm, for a third arm, and for more days on less traffic', () => {
    const needed = (changes: object): { units: number; days: number | null } => {
      const { forEffect } = planPower(rpm, HISTORY, powerBody.parse({ effect: 0.1, mode: 'fixed', ...changes }));
      if (forEffect === null) throw new Error('an effect was asked for');
      return forEffect;
    };
    const fixed = needed({});
    expect(needed({ mode: 'sequential' }).units).toBeGreaterThan(1.5 * fixed.units);
    expect(needed({ weights: [90, 10] }).units).toBeGreaterThan(2 * fixed.units);
    expect(needed({ weights: [34, 33, 33] }).units).toBeGreaterThan(1.4 * fixed.units);
    expect(needed({ rollout: 10 }).units).toBe(fixed.units);
    expect(needed({ rollout: 10 }).days).toBeGreaterThan(fixed.days ?? NaN);
    expect(needed({ effect: 0.00001, rollout: 0.01 }).days).toBeNull();
  });

  it('tells money in the units of the report', () => {
    // A third of the units 0, 0.5 and 1: 499.5 on 10,000 impressions.
    expect(planPower(rpm, HISTORY, powerBody.parse({})).baseline.value).toBeCloseTo(49.95, 10);
  });

  it('sees less in less time, and nothing of what nobody did', () => {
    const effects = planPower(ctr, HISTORY, powerBody.parse({ goal: 'ctr' })).durations.map(({ effect }) => effect);
    expect(effects).toHaveLength(4);
    expect([...effects].sort((a, b) => (b ?? NaN) - (a ?? NaN))).toEqual(effects);
    expect(() => planPower(conversionRate, HISTORY, powerBody.parse({ goal: 'conversionRate' }))).toThrow(
      'the history says nothing of conversionRate',
    );
  });

  it.each([
    [{ weights: [50, 40] }, 'must sum to 100'],
    [{ weights: [100] }, 'needs at least two variants'],
    [{ effect: 0 }, 'must be a lift above -1 other than 0'],
    [{ goal: 'profit' }, 'Invalid option'],
    [{ horizon: 3 }, 'Unrecognized key'],
  ])('refuses %j', (body, message) => {
    expect(() => powerBody.parse(body)).toThrow(message);
  });
});
