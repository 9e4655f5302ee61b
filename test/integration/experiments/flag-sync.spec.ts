import { REFRESH_MS, TestApps } from '../setup/test-apps';
import { UnleashByHand } from '../setup/unleash-api';
import { UnleashGate, type Break } from '../setup/unleash-gate';
import { until } from '../setup/until';
import { experimentBody, publishTreatment } from './test-experiment';

const ENVIRONMENT = 'production';

describe('what Unleash is told of experiments', () => {
  let apps: TestApps;
  let gate: UnleashGate;

  beforeAll(async () => {
    gate = await UnleashGate.open();
    apps = await TestApps.start({
      ownsFlags: true,
      environment: ENVIRONMENT,
      experiments: { UNLEASH_URL: gate.url, FLAG_RECONCILE_MS: String(REFRESH_MS) },
    });
    await publishTreatment(apps);
  }, 180_000);
  afterEach(async () => {
    gate.mend();
    for (const { key, state } of await apps.admin.experiments()) {
      if (state === 'running' || state === 'paused') await apps.admin.stepExperiment(key, 'abort');
      await applied(key);
    }
  });
  afterAll(async () => {
    await apps.stop();
    await gate.close();
  });

  const byHand = (key: string): UnleashByHand => new UnleashByHand(key, ENVIRONMENT);

  async function applied(key: string): Promise<void> {
    await until(`Unleash to follow ${key}`, async () => {
      const { flag } = await apps.admin.experiment(key);
      return flag === null || flag.state === 'applied';
    });
  }

  async function start(key: string, changes: Parameters<typeof experimentBody>[1] = {}): Promise<void> {
    await apps.admin.createExperiment(experimentBody(key, changes));
    await apps.admin.startExperiment(key);
  }

  /** Whether a unit would see the flag, and if so, that it is whole. */
  async function seen(key: string): Promise<{ on: boolean; rollout?: string; variants?: number }> {
    const flag = await byHand(key).read();
    if (flag?.enabled !== true) return { on: false };
    expect(flag.strategies).toHaveLength(1);
    const [strategy] = flag.strategies;
    expect(strategy).toMatchObject({ name: 'flexibleRollout', parameters: { stickiness: 'userId', groupId: key } });
    expect(strategy?.variants).toHaveLength(2);
    return { on: true, rollout: strategy?.parameters['rollout'] ?? '' };
  }

  it('makes the flag, then its strategy, then switches it on', async () => {
    const from = gate.changes.length;
    await start('sync-order', { weights: [70, 30] });
    const path = `/sync-order/environments/${ENVIRONMENT}`;
    expect(gate.changes.slice(from)).toEqual(['POST ', `POST ${path}/strategies`, `POST ${path}/on`]);
    const [strategy] = await byHand('sync-order').strategies();
    // The server recomputes `variable` weights and sorts by name: what comes back has to be what was meant.
    expect(strategy?.variants.map(({ name, weight, weightType }) => [name, weight, weightType])).toEqual([
      ['control', 700, 'fix'],
      ['treatment', 300, 'variable'],
    ]);
  });

  it('says on a dry run what it would ask for, and asks for nothing', async () => {
    const key = 'sync-dry';
    await apps.admin.createExperiment(experimentBody(key));
    const before = [...gate.changes];
    const dry = await apps.admin.startExperiment(key, { dryRun: true });
    expect(dry).toMatchObject({ dryRun: true, state: 'running', phase: 1 });
    expect(dry.unleashCalls?.map(({ method, path }) => `${method} ${path.replace(/^.*features/, '')}`)).toEqual([
      'POST ',
      `POST /${key}/environments/${ENVIRONMENT}/strategies`,
      `POST /${key}/environments/${ENVIRONMENT}/on`,
    ]);
    expect(gate.changes).toEqual(before);
    expect(await apps.admin.experiment(key)).toMatchObject({ state: 'draft', phase: 0, revision: 1, flag: null });
  });

  it.each<[number, Break]>([
    [1, 'before'],
    [1, 'after'],
    [2, 'before'],
    [2, 'after'],
    [3, 'before'],
    [3, 'after'],
  ])(
    'leaves no half-made flag on when the way breaks at change %i, %s it is done, and goes on',
    async (call, where) => {
      const key = `sync-make-${call}-${where}`;
      await apps.admin.createExperiment(experimentBody(key));
      const broken = gate.breakAt(call, where);
      const view = await apps.admin.startExperiment(key);
      await broken;
      expect(view).toMatchObject({ state: 'running', flag: { state: 'failing' } });
      expect(view.flag?.error).toContain('Unleash did not answer');
      expect(await seen(key)).toEqual(call === 3 && where === 'after' ? { on: true, rollout: '100' } : { on: false });
      gate.mend();
      await applied(key);
      expect(await seen(key)).toEqual({ on: true, rollout: '100' });
    },
  );

  it.each<Break>(['before', 'after'])('moves a rollout in one piece, broken %s it is done', async (where) => {
    const key = `sync-ramp-${where}`;
    await start(key, { rollout: 1 });
    const broken = gate.breakAt(1, where);
    await apps.admin.rampExperiment(key, 10);
    await broken;
    expect(await seen(key)).toEqual({ on: true, rollout: where === 'before' ? '1' : '10' });
    gate.mend();
    await applied(key);
    expect(await seen(key)).toEqual({ on: true, rollout: '10' });
  });

  it('never switches on what has ended while Unleash was away', async () => {
    const key = 'sync-outage';
    await apps.admin.createExperiment(experimentBody(key));
    gate.cut();
    await apps.admin.startExperiment(key);
    await apps.admin.stopExperiment(key);
    const from = gate.changes.length;
    gate.mend();
    await applied(key);
    expect(gate.changes.slice(from)).toEqual([]);
    expect(await byHand(key).read()).toBeUndefined();
  });

  it('refuses a name that somebody else has in Unleash', async () => {
    const key = 'sync-foreign';
    await byHand(key).create();
    await apps.admin.createExperiment(experimentBody(key));
    await expect(apps.admin.startExperiment(key)).rejects.toMatchObject({
      ...{ status: 409, code: 'failed_precondition', field: 'key' },
      detail: expect.stringContaining('did not make') as string,
    });
  });

  it('puts the flag into the archive of Unleash with its experiment', async () => {
    const key = 'sync-archive';
    await start(key);
    await apps.admin.stepExperiment(key, 'abort');
    await apps.admin.stepExperiment(key, 'archive');
    expect(await byHand(key).read()).toBeUndefined();
    expect((await apps.admin.experiments()).map((one) => one.key)).not.toContain(key);
    expect(await apps.admin.experiment(key)).toMatchObject({ state: 'archived', actions: [] });
  });

  const HANDS: readonly [string, (hand: UnleashByHand) => Promise<void>, readonly object[]][] = [
    ['switched off', (hand) => hand.switchOff(), [{ field: 'enabled', expected: true, found: false }]],
    [
      'given another rollout',
      (hand) => hand.setRollout(37),
      [{ field: 'parameters.rollout', expected: '100', found: '37' }],
    ],
    [
      'given other weights',
      (hand) =>
        hand.changeStrategy((strategy) => ({
          ...strategy,
          variants: strategy.variants.map((variant, i) => ({ ...variant, weight: i === 0 ? 510 : 490 })),
        })),
      [
        { field: 'variants.control.weight', expected: 500, found: 510 },
        { field: 'variants.treatment.weight', expected: 500, found: 490 },
      ],
    ],
    [
      'given a second strategy',
      (hand) => hand.addStrategy({ name: 'default', constraints: [], parameters: {} }),
      [{ field: 'strategies', expected: 1, found: 2 }],
    ],
  ];

  it.each(HANDS.map(([how, edit, differences], i) => ({ how, edit, differences, i })))(
    'shows a flag that was $how by hand, ends its phase, and tells it again on demand',
    async ({ edit, differences, i }) => {
      const key = `sync-hand-${i}`;
      await start(key);
      await edit(byHand(key));
      const drifted = await until('the drift to be seen', async () => {
        const view = await apps.admin.experiment(key);
        return view.drift !== null && view;
      });
      expect(drifted).toMatchObject({ state: 'running', phase: 1, drift: { differences } });
      expect(await apps.admin.phases(key)).toMatchObject([
        { phase: 1, closedAt: expect.any(String) as string, closedReason: 'drift' },
      ]);
      const { entries } = await apps.admin.audit({ subject: `experiment:${key}`, action: 'experiment.drift' });
      expect(entries).toMatchObject([{ actor: 'adlift', after: { drift: { differences } } }]);

      await apps.admin.stepExperiment(key, 'resync', { reason: 'nobody should have' });
      expect(await seen(key)).toEqual({ on: true, rollout: '100' });
      expect(await apps.admin.experiment(key)).toMatchObject({ drift: null, phase: 2, flag: { state: 'applied' } });
      expect(await apps.admin.phases(key)).toMatchObject([
        { phase: 1 },
        { phase: 2, closedAt: null, reason: 'resync' },
      ]);
    },
  );

  it('leaves a flag alone that nobody touched', async () => {
    const key = 'sync-untouched';
    await start(key, { weights: [90, 10], rollout: 10, explore: 0.02 });
    const { revision } = await apps.admin.experiment(key);
    const looks = gate.changes.length;
    await byHand('sync-order').switchOn();
    // The reconciler goes through all flags in order, so this one was looked at when the other is found to be on.
    await until('a whole look at all flags', async () => (await apps.admin.experiment('sync-order')).drift !== null);
    await byHand('sync-order').switchOff();
    expect(await apps.admin.experiment(key)).toMatchObject({ revision, drift: null });
    expect(gate.changes).toHaveLength(looks);
  });
});
