import { explainSplit } from '@adlift/assignment';
import { composeReport } from '../../apps/experiments/src/report/compose-report';
import { armOf, inputsOf, phaseOf } from '../../apps/experiments/src/report/phase-statistics.fixture';
import { unitId } from '../market/index';

const UNITS = 200_000;
const EXPERIMENTS = ['plain', 'summer'];

/**
 * The report on the market's units of an experiment planned as 50/50, exposed as the flag service splits them at these
 * weights, per mille. At 51/49 the arms differ from the plan by nine standard errors.
 */
function reportOn(experiment: string, weights: readonly [number, number]) {
  const variants = [
    { name: 'a', weight: weights[0] },
    { name: 'b', weight: weights[1] },
  ];
  const arms = { a: 0, b: 0 };
  for (let unit = 0; unit < UNITS; unit++) {
    const { variant } = explainSplit({ groupId: experiment, rollout: 100, variants }, unitId(unit));
    arms[variant as 'a' | 'b']++;
  }
  const nothing = armOf(0, () => ({ impressions: 0, clicks: 0, micros: 0, predicted: 0 }));
  const statistics = phaseOf({ a: { ...nothing, units: arms.a }, b: { ...nothing, units: arms.b } });
  return composeReport(inputsOf(statistics, { key: experiment }));
}

describe('200,000 units of the market, planned to be halved', () => {
  it.each(EXPERIMENTS)('are named as a mismatch when "%s" gets 51/49', (experiment) => {
    const { experiment: judged, health } = reportOn(experiment, [510, 490]);
    expect(judged).toMatchObject({ verdict: 'invalid', reasons: ['check_failed:sample_ratio'] });
    expect(health.checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['sample_ratio']);
  });

  it.each(EXPERIMENTS)('pass when "%s" gets 50/50', (experiment) => {
    const { health } = reportOn(experiment, [500, 500]);
    expect(health.checks.filter(({ ok }) => !ok)).toEqual([]);
  });
});
