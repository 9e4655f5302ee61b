import { proto } from '@adlift/wire';
import { predictCall } from '../predictor/predict-call';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { experimentBody, publishTreatment, startExperiment } from './test-experiment';

const { IMPRESSION, CLICK } = proto.v1.EventKind;
const KEY = 'split-budgets';
const UNITS = 80;
const CHARGED = 250_000;

describe('an experiment that splits the budgets of campaigns', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true, experiments: { SLICES_REFRESH_MS: '200' } });
    await publishTreatment(apps);
  }, 180_000);
  afterAll(() => apps.stop());

  async function part(unitId: string, changes: object = {}): Promise<{ arm: string; share: number; assigned: string }> {
    const { budgetArm, budgetShare, assignments } = await apps.ordinary.predict(predictCall({ unitId, ...changes }));
    return { arm: budgetArm, share: budgetShare, assigned: assignments[0]?.assigned ?? '' };
  }

  it('says nothing of budgets before there is one', async () => {
    expect(await part('nobody')).toMatchObject({ arm: '', share: 0 });
  });

  it('gives every answer the part of its arm, and what is left to units in none', async () => {
    await startExperiment(apps, KEY, { weights: [70, 30], rollout: 60, budgets: 'split' });
    const shares = { control: 0.42, treatment: 0.18, '': 0.4 } as const;
    const seen = new Set<string>();
    for (let i = 0; i < UNITS; i++) {
      const { arm, share, assigned } = await part(`unit-${i}`);
      expect(arm).toBe(assigned === '' ? '' : `${KEY}:${assigned}`);
      expect(share).toBeCloseTo(shares[assigned as keyof typeof shares], 9);
      seen.add(assigned);
    }
    expect([...seen].sort()).toEqual(['', 'control', 'treatment']);
    expect(await part('', {})).toMatchObject({ arm: '', share: 0.4 });
    // Forced to look at it, not part of the test: it spends nothing of an arm.
    expect(await part('unit-1', { forceVariant: `${KEY}:treatment` })).toMatchObject({ arm: '', share: 0.4 });
  });

  it('moves the parts with the ramp', async () => {
    await apps.admin.rampExperiment(KEY, 100);
    // A changed flag assigns nobody until it is stored by its digest.
    const { arm, share, assigned } = await until('the whole rollout', async () => {
      const found = await part('unit-2');
      return (await part('')).share < 1e-6 && found.assigned !== '' && found;
    });
    expect(arm).toBe(`${KEY}:${assigned}`);
    expect(share).toBeCloseTo(assigned === 'control' ? 0.7 : 0.3, 9);
  });

  it('shows by campaign what the arms would have brought with all of the budget', async () => {
    const paid = { control: 0, treatment: 0 };
    const tokens: string[] = [];
    for (let i = 0; i < UNITS; i++) {
      const call = predictCall({ unitId: `unit-${i}`, campaignId: ['books'] });
      const { tokens: minted, assignments } = await apps.ordinary.predict(call);
      tokens.push(minted[0]?.token ?? '');
      if (i % 2 === 0) paid[assignments[0]?.assigned as 'control' | 'treatment'] += CHARGED;
    }
    const click = { kind: CLICK, chargedMicros: CHARGED, currency: 'EUR' };
    await apps.ordinary.recordEvents(
      tokens.flatMap((token, i) => [{ kind: IMPRESSION, token }, ...(i % 2 === 0 ? [{ ...click, token }] : [])]),
    );
    // The job rests nineteen times as long as it takes.
    const books = await until(
      'all to be cut',
      async () => {
        const { dimensions } = await apps.admin.slices(KEY, 'campaign');
        const [slice] = dimensions[0]?.slices ?? [];
        return (
          slice?.metrics[0]?.arms.every(({ value }) => value !== null && value > 0) === true &&
          slice.impressions === UNITS &&
          slice
        );
      },
      80_000,
    );
    expect(books.spend?.arms).toEqual([
      { variant: 'control', chargedMicros: paid.control },
      { variant: 'treatment', chargedMicros: paid.treatment },
    ]);
    const [difference] = books.spend?.differences ?? [];
    expect(difference?.variant).toBe('treatment');
    expect(difference?.difference).toBeCloseTo(paid.treatment / 0.3 - paid.control / 0.7, 3);
  }, 120_000);

  it('must be decided by revenue, for which alone it is sound', async () => {
    const { key, design } = experimentBody('split-wrong', { budgets: 'split' });
    await expect(apps.admin.createExperiment({ key, design: { ...design, goal: 'ctr' } })).rejects.toMatchObject({
      ...{ status: 400, field: 'design.goal' },
    });
  });
});
