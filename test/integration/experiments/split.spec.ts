import { sampleRatioChiSquare } from '@adlift/statistics';
import { FlagSource } from '../../../apps/predictor/src/routing/flag-source';
import { TestApps } from '../setup/test-apps';
import { UnleashByHand } from '../setup/unleash-api';
import { until } from '../setup/until';
import { publishTreatment, startExperiment } from './test-experiment';

const UNITS = 100_000;

describe('the split that the flag service makes', () => {
  let apps: TestApps;
  let source: FlagSource;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true, environment: 'production' });
    source = apps.predictor.get(FlagSource);
    await publishTreatment(apps);
  }, 180_000);
  afterAll(() => apps.stop());

  /** The arm of each unit, '' outside the experiment. */
  function arms(key: string, units: number): string[] {
    return Array.from({ length: units }, (_, i) => {
      const { enabled, name } = source.evaluate(key, `unit-${i}`, {});
      return enabled ? name : '';
    });
  }

  const count = (all: readonly string[], arm: string): number => all.filter((one) => one === arm).length;

  it.each<[string, readonly [number, number]]>([
    ['split-even', [50, 50]],
    ['split-uneven', [90, 10]],
  ])('follows the weights of %s over 100,000 units', async (key, weights) => {
    await startExperiment(apps, key, { weights });
    const all = arms(key, UNITS);
    const counts = [count(all, 'control'), count(all, 'treatment')];
    expect(counts[0] + counts[1]).toBe(UNITS);
    expect(sampleRatioChiSquare(counts, weights).p).toBeGreaterThan(0.001);
    expect(arms(key, 1000)).toEqual(all.slice(0, 1000));
    await apps.admin.stopExperiment(key);
  });

  it('splits two experiments independently of each other', async () => {
    const key = 'split-other';
    await startExperiment(apps, key);
    const other = arms(key, UNITS);
    await apps.admin.stopExperiment(key);
    await startExperiment(apps, 'split-another');
    const another = arms('split-another', UNITS);
    await apps.admin.stopExperiment('split-another');
    const both = other.filter((arm, i) => arm === 'control' && another[i] === 'control').length;
    const cells = [both, count(other, 'control') - both, count(another, 'control') - both];
    const fourth = UNITS - cells.reduce((sum, cell) => sum + cell, 0);
    expect(sampleRatioChiSquare([...cells, fourth], [25, 25, 25, 25]).p).toBeGreaterThan(0.001);
  });

  it('keeps a unit in its arm while the rollout grows from 1 to 10 to 100 %', async () => {
    const key = 'split-ramp';
    await startExperiment(apps, key, { rollout: 1, weights: [70, 30] });
    const byHand = new UnleashByHand(key, 'production');
    let before = arms(key, UNITS);
    expect(before.filter((arm) => arm !== '').length / UNITS).toBeCloseTo(0.01, 2);
    for (const rollout of [10, 100]) {
      await byHand.setRollout(rollout);
      const grown = (): number => arms(key, 2000).filter((arm) => arm !== '').length;
      await until(`a rollout of ${rollout} %`, () => grown() > 2000 * (rollout / 100) * 0.8);
      const after = arms(key, UNITS);
      expect(before.filter((arm, i) => arm !== '' && arm !== after[i])).toEqual([]);
      expect(after.filter((arm) => arm !== '').length / UNITS).toBeCloseTo(rollout / 100, 2);
      const counts = [count(after, 'control'), count(after, 'treatment')];
      expect(sampleRatioChiSquare(counts, [70, 30]).p).toBeGreaterThan(0.001);
      before = after;
    }
    await apps.admin.stopExperiment(key);
  });
});
