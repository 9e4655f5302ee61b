import { HOLDOUT_FLAG } from '@adlift/assignment';
import { sampleRatioChiSquare } from '@adlift/statistics';
import { FlagSource } from '../../../apps/predictor/src/routing/flag-source';
import { predictCall } from '../predictor/predict-call';
import { REFRESH_MS, TestApps } from '../setup/test-apps';
import { UnleashByHand } from '../setup/unleash-api';
import { rows } from '../setup/rows';
import { until } from '../setup/until';
import { experimentBody, publishTreatment, startExperiment, type DesignChanges } from './test-experiment';

const ENVIRONMENT = 'development';
const UNITS = 20_000;
const LAYER = 'ranking';
const LAYER_FLAG = `adlift.layer.${LAYER}`;

const within = (from: number, to: number): DesignChanges => ({ layer: { name: LAYER, slots: [{ from, to }] } });
const unit = (i: number): string => `layered-${i}`;

describe('experiments beside each other', () => {
  let apps: TestApps;
  let source: FlagSource;

  beforeAll(async () => {
    apps = await TestApps.start({
      ownsFlags: true,
      environment: ENVIRONMENT,
      experiments: { FLAG_RECONCILE_MS: String(REFRESH_MS) },
    });
    source = apps.predictor.get(FlagSource);
    await publishTreatment(apps);
    await startExperiment(apps, 'layer-a', within(1, 30));
    await startExperiment(apps, 'layer-b', within(31, 80));
  }, 180_000);
  afterAll(async () => {
    await apps.admin.setHoldout(0, 'the test is over');
    await apps.stop();
  });

  const armOf = (key: string, unitId: string): string => {
    const { enabled, name } = source.evaluate(key, unitId, {});
    return enabled ? name : '';
  };

  it('share the traffic without sharing a unit, each with the share of its slots and its own split', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < UNITS; i++) {
      const [a, b] = [armOf('layer-a', unit(i)), armOf('layer-b', unit(i))];
      expect(a !== '' && b !== '').toBe(false);
      const cell = a !== '' ? `a ${a}` : b !== '' ? `b ${b}` : 'neither';
      counts.set(cell, (counts.get(cell) ?? 0) + 1);
    }
    const cells = ['a control', 'a treatment', 'b control', 'b treatment', 'neither'];
    expect([...counts.keys()].sort()).toEqual(cells);
    const seen = cells.map((cell) => counts.get(cell) ?? 0);
    expect(sampleRatioChiSquare(seen, [15, 15, 25, 25, 20]).p).toBeGreaterThan(0.001);
  });

  it('are explained as the SDK assigns them, slot by slot', async () => {
    for (let i = 0; i < 40; i++) {
      for (const key of ['layer-a', 'layer-b']) {
        const { layer, variant, holdout } = await apps.admin.explainAssignment(key, unit(i));
        expect([key, i, variant ?? '']).toEqual([key, i, armOf(key, unit(i))]);
        expect(layer).toMatchObject({ name: LAYER, hashInput: `${LAYER_FLAG}:${unit(i)}` });
        expect(holdout).toBeNull();
      }
    }
  });

  it('carry the slots in what is stored of the flag, by the digest in the answer', async () => {
    const { assignments } = await apps.ordinary.predict(predictCall({ unitId: unit(1) }));
    const [digest] = assignments.filter(({ experiment }) => experiment === 'layer-a').map((one) => one.flagDigest);
    const [row] = await rows<{ flag: { parents: { name: string; strategies: { variants: unknown[] }[] }[] } }>(
      apps.database.url,
      'SELECT flag FROM flag_snapshot WHERE digest = $1',
      [digest],
    );
    expect(row?.flag.parents).toMatchObject([{ name: LAYER_FLAG }]);
    expect(row?.flag.parents[0]?.strategies[0]?.variants).toHaveLength(100);
  });

  it.each<[string, DesignChanges, string]>([
    ['slots that another one has', within(80, 90), 'layer-b" is running on the same slots of layer "ranking" (80)'],
    ['all traffic', {}, 'is running on the same traffic'],
    [
      'another layer, whose units are the same',
      { layer: { name: 'other', slots: [{ from: 90, to: 100 }] } },
      'is running on the same traffic',
    ],
  ])('do not start on %s', async (_what, changes, reason) => {
    const key = `layer-refused-${JSON.stringify(changes).length}`;
    await apps.admin.createExperiment(experimentBody(key, changes));
    await expect(apps.admin.startExperiment(key)).rejects.toMatchObject({
      ...{ status: 409, code: 'failed_precondition', field: 'design.layer' },
      detail: expect.stringContaining(reason) as string,
    });
  });

  it('show which slots are held and which are free', async () => {
    const [layer] = (await apps.admin.layers()).filter(({ name }) => name === LAYER);
    expect(layer).toEqual({
      name: LAYER,
      flag: LAYER_FLAG,
      experiments: [
        { key: 'layer-a', state: 'running', slots: [{ from: 1, to: 30 }] },
        { key: 'layer-b', state: 'running', slots: [{ from: 31, to: 80 }] },
      ],
      free: [{ from: 81, to: 100 }],
    });
  });

  it('both drift when their layer is changed by hand, and both are told again', async () => {
    const hand = new UnleashByHand(LAYER_FLAG, ENVIRONMENT);
    await hand.setRollout(50);
    for (const key of ['layer-a', 'layer-b']) {
      const { drift } = await until('the drift to be seen', async () => {
        const view = await apps.admin.experiment(key);
        return view.drift !== null && view;
      });
      expect(drift?.differences).toEqual([{ field: `${LAYER_FLAG}.parameters.rollout`, expected: '100', found: '50' }]);
    }
    for (const key of ['layer-a', 'layer-b']) await apps.admin.stepExperiment(key, 'resync', { reason: 'a test' });
    const [strategy] = await hand.strategies();
    expect(strategy?.parameters['rollout']).toBe('100');
    expect(await apps.admin.experiment('layer-b')).toMatchObject({ drift: null, phase: 2 });
  });

  it('get no unit that is held out, which is said in the answer', async () => {
    const view = await apps.admin.setHoldout(10, 'to see what all experiments together bring');
    expect(view).toMatchObject({ percent: 10, flag: { state: 'applied' }, differences: [] });
    await until('the predictor to hold units out', () =>
      Promise.resolve(Array.from({ length: 200 }, (_, i) => unit(i)).some((id) => source.heldOut(id))),
    );
    await until('the flags with the holdout to be stored', async () => {
      const { flags } = await apps.state();
      return flags.experiments.length === 2 && flags.experiments.every(({ recorded }) => recorded);
    });
    let held = 0;
    for (let i = 0; i < UNITS; i++) held += source.heldOut(unit(i)) ? 1 : 0;
    expect(sampleRatioChiSquare([held, UNITS - held], [10, 90]).p).toBeGreaterThan(0.001);
    const some = Array.from({ length: 60 }, (_, i) => unit(i));
    expect(some.some((id) => source.heldOut(id))).toBe(true);
    for (const unitId of some) {
      const { assignments } = await apps.ordinary.predict(predictCall({ unitId }));
      const reasons = assignments.map(({ reason }) => reason);
      expect(reasons.every((reason) => (reason === 'holdout') === source.heldOut(unitId))).toBe(true);
      const explained = await apps.admin.explainAssignment('layer-a', unitId);
      expect(explained.holdout).toMatchObject({ percent: 10, heldOut: source.heldOut(unitId) });
      expect(explained.variant ?? '').toBe(source.heldOut(unitId) ? '' : armOf('layer-a', unitId));
    }
    const { entries } = await apps.admin.audit({ subject: 'holdout' });
    expect(entries[0]).toMatchObject({ action: 'holdout.set', after: { percent: 10 } });
    await new UnleashByHand(HOLDOUT_FLAG, ENVIRONMENT).setRollout(20);
    expect((await apps.admin.holdout()).differences).toEqual([
      { field: 'parameters.rollout', expected: '10', found: '20' },
    ]);
  });

  it.each([
    ['more than half', { percent: 51, reason: 'x' }, 'percent'],
    ['half a percent', { percent: 0.5, reason: 'x' }, 'percent'],
    ['no reason', { percent: 5 }, 'reason'],
  ])('refuse to hold out %s', async (_what, body, field) => {
    const answer = await fetch(`${apps.experimentsUrl}/v1/holdout`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ field });
  });
});
