import { predictCall } from '../predictor/predict-call';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { UnleashByHand } from '../setup/unleash-api';
import { until } from '../setup/until';
import { experimentBody, publishTreatment, startExperiment } from './test-experiment';

const KEY = 'lifecycle-first';

describe('the life of an experiment on a real flag service', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true, environment: 'production' });
  }, 180_000);
  afterAll(() => apps.stop());

  async function send(path: string, body?: unknown): Promise<{ status: number; type: string; body: unknown }> {
    const answer = await fetch(`${apps.experimentsUrl}/v1/experiments${path}`, {
      method: 'POST',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', body: await answer.json() };
  }

  /** Reasons that ten units get of the experiment; empty when the predictor knows of no such experiment. */
  async function reasons(key: string): Promise<Set<string>> {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) => apps.ordinary.predict(predictCall({ unitId: `unit-${i}` }))),
    );
    const own = answers.flatMap(({ assignments }) => assignments.filter(({ experiment }) => experiment === key));
    return new Set(own.map(({ reason }) => reason ?? ''));
  }

  const { design } = experimentBody(KEY) as unknown as { design: { variants: object[] } };
  const [control, treatment] = design.variants;

  it.each<[string, object, string]>([
    ['a key with capitals', { key: 'Wrong' }, 'key'],
    ['no key', { key: undefined }, 'key'],
    ['an unknown source', { source: 'guess' }, 'source'],
    ['an unknown field', { surprise: 1 }, ''],
    ['no design', { design: undefined }, 'design'],
    ['one variant', { design: { ...design, variants: [control] } }, 'design.variants'],
    [
      'weights below 100',
      { design: { ...design, variants: [control, { ...treatment, weight: 49.9 }] } },
      'design.variants',
    ],
    [
      'a weight finer than 0.1',
      { design: { ...design, variants: [{ ...control, weight: 50.05 }, treatment] } },
      'design.variants[0].weight',
    ],
    [
      'a weight of nothing',
      { design: { ...design, variants: [control, { ...treatment, weight: 0 }] } },
      'design.variants[1].weight',
    ],
    ['no control', { design: { ...design, variants: [{ ...control, control: false }, treatment] } }, 'design.variants'],
    [
      'two controls',
      { design: { ...design, variants: [control, { ...treatment, control: true }] } },
      'design.variants',
    ],
    [
      'a name twice',
      { design: { ...design, variants: [control, { ...treatment, name: 'control' }] } },
      'design.variants[1].name',
    ],
    [
      'a model without a version',
      { design: { ...design, variants: [control, { ...treatment, ctr: 'click' }] } },
      'design.variants[1].ctr',
    ],
    [
      'exploration above 1',
      { design: { ...design, variants: [control, { ...treatment, explore: 1.5 }] } },
      'design.variants[1].explore',
    ],
    ['an empty list of shadows', { design: { ...design, shadow: [] } }, 'design.shadow'],
    [
      'a shadow named as a variant',
      { design: { ...design, shadow: [{ name: 'control', ctr: 'click-fm@1' }] } },
      'design.shadow[0].name',
    ],
    [
      'a shadow that scores nothing',
      { design: { ...design, shadow: [{ name: 'next', ctr: 'click-fm@1', rate: 0 }] } },
      'design.shadow[0].rate',
    ],
    ['no rollout', { design: { ...design, rollout: 0 } }, 'design.rollout'],
    ['a currency that is none', { design: { ...design, currency: 'euro' } }, 'design.currency'],
    ['an alpha of a half', { design: { ...design, alpha: 0.5 } }, 'design.alpha'],
    [
      'a weight in words',
      { design: { ...design, variants: [{ ...control, weight: 'half' }, treatment] } },
      'design.variants[0].weight',
    ],
  ])('refuses %s with 400 and the field', async (_what, changes, field) => {
    const answer = await send('', { ...experimentBody('refused'), ...changes });
    expect([answer.status, answer.type]).toEqual([400, expect.stringContaining('application/problem+json')]);
    expect(answer.body).toMatchObject({ code: 'invalid_argument', ...(field === '' ? {} : { field }) });
  });

  it('refuses to start with a model that is not registered, and makes no flag', async () => {
    expect(await send('', experimentBody(KEY))).toMatchObject({ status: 201, body: { state: 'draft', phase: 0 } });
    const refused = await send(`/${KEY}/start`);
    expect(refused).toMatchObject({ status: 409, body: { code: 'failed_precondition', field: 'variants' } });
    expect(JSON.stringify(refused.body)).toContain('click-fm@1');
    expect(await reasons(KEY)).toEqual(new Set());
  });

  it('refuses the wrong kind of step, an unknown key, and a key twice', async () => {
    expect(await send(`/${KEY}/stop`)).toMatchObject({ status: 409, body: { code: 'failed_precondition' } });
    expect(await send('/nobody/start')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await send('', experimentBody(KEY))).toMatchObject({
      status: 409,
      body: { code: 'already_exists', field: 'key' },
    });
  });

  it('splits the traffic from the start to the stop', async () => {
    await publishTreatment(apps);
    const started = await send(`/${KEY}/start`);
    expect(started).toMatchObject({ status: 200, body: { state: 'running', phase: 1 } });
    expect((started.body as { designHash: string }).designHash).toMatch(/^sha256:[0-9a-f]{64}$/);
    await until('the split', async () => (await reasons(KEY)).has('split'));
    expect(await reasons(KEY)).toEqual(new Set(['split']));
  });

  it('is invalid while a predictor holds much that is not stored', async () => {
    const spooled = async (): Promise<{ ok: boolean; detail: string } | undefined> =>
      (await apps.admin.report(KEY)).health.checks.find(({ name }) => name === 'spooled');
    expect(await spooled()).toMatchObject({ ok: true });
    // One that fell silent two minutes ago with events in its spool.
    await rows(
      apps.database.url,
      `INSERT INTO replica (id, address, software, flag_revision, models, started_at, seen_at, spooled, spool_lag_ms)
       VALUES ('lost', 'nowhere:1', '0', '', '[]', now(), now() - interval '2 minutes', 17, 500)`,
    );
    expect(await spooled()).toEqual({
      ...{ name: 'spooled', ok: false },
      detail: expect.stringMatching(
        /^[1-9]\d* events and exposures wait on predictors, the oldest for 12[01] s/,
      ) as string,
    });
    expect((await apps.admin.report(KEY)).experiment.verdict).toBe('invalid');
    await rows(apps.database.url, "DELETE FROM replica WHERE id = 'lost'");
  });

  it('refuses a second experiment on the same traffic', async () => {
    await send('', experimentBody('lifecycle-second'));
    const refused = await send('/lifecycle-second/start');
    expect(refused).toMatchObject({ status: 409, body: { code: 'failed_precondition' } });
    expect(JSON.stringify(refused.body)).toContain(KEY);
  });

  it('ends the split when the experiment is stopped, once', async () => {
    expect(await send(`/${KEY}/stop`)).toMatchObject({ status: 200, body: { state: 'stopping' } });
    await until('the end of the split', async () => (await reasons(KEY)).size === 0);
    expect(await send(`/${KEY}/stop`)).toMatchObject({ status: 409 });
    expect(await send(`/${KEY}/start`)).toMatchObject({ status: 409 });
  });

  it('sends everyone out of the experiment when the flag is switched off by hand', async () => {
    const key = 'lifecycle-third';
    await startExperiment(apps, key);
    expect(await reasons(key)).toEqual(new Set(['split']));
    await new UnleashByHand(key, 'production').switchOff();
    await until('everyone to be out', async () => (await reasons(key)).size === 0);
    await send(`/${key}/stop`);
  });
});
