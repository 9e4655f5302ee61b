import { FlagSource } from '../../../apps/predictor/src/routing/flag-source';
import { rows } from '../setup/rows';
import { until } from '../setup/until';
import { StepBench } from './step-bench';
import { experimentBody } from './test-experiment';

const SOON_MS = 700;

describe('what experiments do by themselves', () => {
  let bench: StepBench;

  beforeAll(async () => {
    bench = await StepBench.start();
  }, 180_000);
  afterEach(() => bench.endAll());
  afterAll(() => bench.apps.stop());

  it('start and end by themselves at the times that were set', async () => {
    const key = 'steps-times';
    await bench.draft(key);
    await bench.post(`/${key}/ready`);
    expect(await bench.post(`/${key}/schedule`)).toMatchObject({ status: 409, body: { field: 'startAt' } });
    const startAt = new Date(Date.now() + SOON_MS).toISOString();
    expect(await bench.post(`/${key}/schedule`, { startAt })).toMatchObject({ body: { state: 'scheduled' } });
    await until('the start', async () => (await bench.stateOf(key)) === 'running', 20_000);
    const stopAt = new Date(Date.now() + SOON_MS).toISOString();
    expect(await bench.post(`/${key}/amend`, { reason: 'enough', schedule: { stopAt } })).toMatchObject({
      status: 200,
    });
    await until('the end', async () => (await bench.stateOf(key)) === 'stopping');
    const { startedAt, endedAt, drainUntil } = (await bench.send('GET', `/${key}`)).body as Record<string, string>;
    expect(Date.parse(startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(startAt));
    expect(Date.parse(endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(stopAt));
    expect(Date.parse(drainUntil ?? '') - Date.parse(endedAt ?? '')).toBeGreaterThan(29 * 86_400_000);
    const authors = (await bench.apps.admin.revisions(key)).map(({ action, author }) => [action, author]);
    expect(authors.slice(0, 3)).toEqual([
      ['stop', 'adlift'],
      ['amend', 'ann'],
      ['start', 'ann'],
    ]);
  });

  it('wait for what hinders them, say what it is, and end what has drained', async () => {
    await bench.started('steps-holder', {
      design: { ...experimentBody('x').design, rollout: 50, drainDays: 0.000001 },
    });
    const key = 'steps-waits';
    await bench.draft(key);
    await bench.post(`/${key}/ready`);
    await bench.post(`/${key}/schedule`, { startAt: new Date(Date.now() + 10).toISOString() });
    await until('the hindrance to be told', async () => {
      const { state, stateReason } = await bench.apps.admin.experiment(key);
      return state === 'scheduled' && stateReason.includes('"steps-holder" is running');
    });
    await bench.post('/steps-holder/stop');
    await until('the start', async () => (await bench.stateOf(key)) === 'running');
    await until('the windows to drain', async () => (await bench.stateOf('steps-holder')) === 'concluded');
  });

  it('grow a ramp step by step, in one phase, up to what was agreed to', async () => {
    const key = 'steps-plan';
    const steps = [{ rollout: 1, holdMinutes: 0.005 }, { rollout: 7, holdMinutes: 0.005 }, { rollout: 50 }];
    await bench.started(key, { schedule: { ramp: { steps } } });
    await until('the last step', async () => {
      const { rollout, flag } = await bench.apps.admin.experiment(key);
      return rollout === 50 && flag?.state === 'applied';
    });
    const revisions = [...(await bench.apps.admin.revisions(key))].reverse();
    expect(revisions.map(({ after }) => after['rollout']).filter((one) => one !== undefined)).toEqual([1, 7, 50]);
    expect(await bench.apps.admin.experiment(key)).toMatchObject({ phase: 1, rampStep: 2 });
  });

  /** Has the kept statistics say that `units` units of each of these arms saw one ad, and how many of them clicked. */
  async function count(key: string, units: number, clicks: Readonly<Record<string, number>>): Promise<void> {
    for (const [variant, clicked] of Object.entries(clicks)) {
      await rows(
        bench.apps.database.url,
        `INSERT INTO exp_moments (experiment, phase, variant, units, sum_impressions, product_impressions_impressions,
           sum_clicks, product_clicks_clicks, product_clicks_impressions, nonzero_clicks)
         VALUES ($1, 1, $2, $3, $3, $3, $4, $4, $4, $4)`,
        [key, variant, units, clicked],
      );
    }
  }

  it('are rolled back when the report says so, whatever step the ramp is at', async () => {
    const key = 'steps-rollback';
    const design = { ...experimentBody(key).design, goal: 'ctr', rollout: 50 };
    const ramp = { steps: [{ rollout: 5, holdMinutes: 60 }, { rollout: 50 }] };
    await bench.started(key, { design, schedule: { ramp } });
    await count(key, 10_000, { control: 3000, treatment: 1000 });
    const paused = await until('the rollback', async () => {
      const view = await bench.apps.admin.experiment(key);
      return view.state === 'paused' && view.flag?.state === 'applied' && view;
    });
    expect(paused).toMatchObject({ stateReason: 'rolled back: ctr_worse:treatment', rollout: 5 });
    const source = bench.apps.predictor.get(FlagSource);
    await until('the predictor to know', () => source.flags().every(({ experiment }) => experiment !== key));
    const [entry] = (await bench.apps.admin.audit({ subject: `experiment:${key}`, limit: '1' })).entries;
    expect(entry).toMatchObject({ actor: 'adlift', action: 'experiment.pause', after: { state: 'paused' } });
  });

  it('end once as many units were exposed as were planned, if so asked, and not while a check fails', async () => {
    const key = 'steps-power';
    const design = { ...experimentBody(key).design, rollout: 50, plannedUnits: 1000 };
    await bench.started(key, { design, schedule: { stopOnPower: true } });
    await count(key, 400, { control: 100 });
    await count(key, 900, { treatment: 100 });
    const { experiment } = await bench.apps.admin.report(key);
    expect([experiment.verdict, experiment.state]).toEqual(['invalid', 'running']);
    await rows(bench.apps.database.url, 'UPDATE exp_moments SET units = 900 WHERE experiment = $1', [key]);
    await until('the end', async () => (await bench.stateOf(key)) === 'stopping');
    expect((await bench.apps.admin.experiment(key)).stateReason).toBe('1800 of 1000 planned units were exposed');
  });

  it.each([
    [
      'steps below one another',
      { ramp: { steps: [{ rollout: 10 }, { rollout: 5 }] } },
      'schedule.ramp.steps[1].rollout',
    ],
    ['one step', { ramp: { steps: [{ rollout: 50 }] } }, 'schedule.ramp.steps'],
    [
      'a negative hold',
      { ramp: { steps: [{ rollout: 1, holdMinutes: -1 }, { rollout: 50 }] } },
      'schedule.ramp.steps[0].holdMinutes',
    ],
    ['no time', { startAt: 'tomorrow' }, 'schedule.startAt'],
    ['more', { ramps: [] }, 'schedule'],
  ])('refuse a schedule with %s', async (_what, schedule, field) => {
    const refused = await bench.post('', { ...experimentBody('steps-refused', { rollout: 50 }), schedule });
    expect([refused.status, refused.body['field']]).toEqual([400, field]);
  });

  it('refuse an end that has passed', async () => {
    const key = 'steps-late';
    await bench.draft(key, { schedule: { stopAt: '2020-01-01T00:00:00Z' } });
    expect(await bench.post(`/${key}/start`)).toMatchObject({ status: 409, body: { field: 'schedule.stopAt' } });
  });
});
