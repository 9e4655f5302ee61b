import { FlagSource } from '../../../apps/predictor/src/routing/flag-source';
import { rows } from '../setup/rows';
import { REFRESH_MS, TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { experimentBody, publishTreatment } from './test-experiment';

const KEYS = { ann: 'a-long-enough-key-of-ann', bob: 'a-long-enough-key-of-bob', admin: 'key-of-an-admin-person' };
const SOON_MS = 700;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

describe("the steps of an experiment's life", () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start({
      ownsFlags: true,
      environment: 'development',
      adminKey: KEYS.admin,
      experiments: {
        ADLIFT_OPEN_ACCESS: 'false',
        APPROVAL_ABOVE_PERCENT: '50',
        LIFECYCLE_INTERVAL_MS: String(REFRESH_MS),
        ADLIFT_CREDENTIALS: JSON.stringify([
          { name: 'admin', key: KEYS.admin, grants: ['admin', 'models'] },
          { name: 'ann', key: KEYS.ann, grants: ['experimenter'] },
          { name: 'bob', key: KEYS.bob, grants: ['approver'] },
        ]),
      },
      predictor: { EXPERIMENTS_KEY: KEYS.admin },
    });
    await publishTreatment(apps);
  }, 180_000);
  afterEach(async () => {
    for (const { key, state } of await apps.admin.experiments())
      if (state === 'running' || state === 'paused') await apps.admin.stepExperiment(key, 'abort');
  });
  afterAll(() => apps.stop());

  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    who: keyof typeof KEYS = 'ann',
  ): Promise<Answer> {
    const answer = await fetch(`${apps.experimentsUrl}/v1/experiments${path}`, {
      method,
      headers: { authorization: `Bearer ${KEYS[who]}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] };
  }
  const post = (path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
    send('POST', path, body ?? {}, headers);

  /** A draft of 50 % of the traffic, which one person may start. */
  async function draft(key: string, extra: object = {}, changes: object = {}): Promise<void> {
    const made = await post('', { ...experimentBody(key, { rollout: 50, ...changes }), ...extra });
    expect(made).toMatchObject({ status: 201, body: { state: 'draft', revision: 1 } });
  }

  async function started(key: string, extra: object = {}, changes: object = {}): Promise<void> {
    await draft(key, extra, changes);
    expect(await post(`/${key}/start`)).toMatchObject({ status: 200, body: { state: 'running', phase: 1 } });
  }

  const stateOf = async (key: string): Promise<unknown> => (await send('GET', `/${key}`)).body['state'];

  it('lead from a draft to the archive, each written down with author and reason', async () => {
    const key = 'steps-all';
    await draft(key, { design: { ...experimentBody(key).design, rollout: 50, drainDays: 30 } });
    const walk: [string, string][] = [
      ['ready', 'ready'],
      ['start', 'running'],
      ['pause', 'paused'],
      ['resume', 'running'],
      ['stop', 'stopping'],
      ['conclude', 'concluded'],
      ['archive', 'archived'],
    ];
    for (const [step, state] of walk) {
      const taken = await post(`/${key}/${step}`, { reason: `because ${step}` });
      expect(taken).toMatchObject({ status: 200, body: { state, stateReason: `because ${step}` } });
    }
    expect(await apps.admin.phases(key)).toMatchObject([
      { phase: 1, reason: 'start', closedReason: 'pause', weights: { control: 50, treatment: 50 } },
      { phase: 2, reason: 'resume', closedReason: 'stop', models: { treatment: { ctr: 'click-fm@1' } } },
    ]);
    const revisions = await apps.admin.revisions(key);
    expect(revisions.map(({ revision, action, author }) => [revision, action, author]).reverse()).toEqual([
      [1, 'create', 'ann'],
      ...walk.map(([step], i) => [i + 2, step, 'ann']),
    ]);
    expect(revisions[0]).toMatchObject({ before: { state: 'concluded' }, after: { state: 'archived' } });
    const { entries } = await apps.admin.audit({ subject: `experiment:${key}` });
    expect(entries.map(({ action }) => action)).toEqual(revisions.map(({ action }) => `experiment.${action}`));
  });

  it.each([
    ['draft', ['schedule', 'unschedule', 'pause', 'resume', 'stop', 'conclude', 'archive', 'resync']],
    ['running', ['ready', 'schedule', 'unschedule', 'start', 'resume', 'conclude', 'archive']],
    ['concluded', ['ready', 'start', 'pause', 'resume', 'stop', 'conclude', 'abort', 'resync']],
  ] as const)('that a %s experiment does not allow are refused, naming those that it does', async (state, steps) => {
    const key = `steps-not-${state}`;
    await draft(key, { design: { ...experimentBody(key).design, rollout: 50, drainDays: 0 } });
    if (state !== 'draft') await post(`/${key}/start`);
    if (state === 'concluded') await post(`/${key}/stop`);
    const { actions } = (await send('GET', `/${key}`)).body;
    for (const step of steps) {
      const body = step === 'schedule' ? { startAt: '2099-01-01T00:00:00Z' } : {};
      const refused = await post(`/${key}/${step}`, body);
      expect([step, refused.status, refused.body['code']]).toEqual([step, 409, 'failed_precondition']);
      expect(refused.body).toMatchObject({ state, allowed: actions });
    }
    const edit = await send('PATCH', `/${key}`, { description: 'new' });
    expect(edit.status).toBe(state === 'draft' ? 200 : 409);
    expect(await stateOf(key)).toBe(state);
  });

  it('edit a draft in whole or in part, and take its readiness back', async () => {
    const key = 'steps-edit';
    await draft(key);
    await post(`/${key}/ready`);
    const { design } = experimentBody(key, { weights: [80, 20], rollout: 20 });
    const patched = await send('PATCH', `/${key}`, { design });
    expect(patched).toMatchObject({ status: 200, body: { state: 'draft', revision: 3, design: { rollout: 20 } } });
    expect(patched.headers.get('etag')).toBe('"3"');
    const put = await send('PUT', `/${key}`, { description: 'anew', design });
    expect(put.body).toMatchObject({ description: 'anew', schedule: { stopOnPower: false }, revision: 4 });
    expect(await send('PATCH', `/${key}`, {})).toMatchObject({ status: 400 });
    expect(await send('PATCH', `/${key}`, { key: 'other' })).toMatchObject({ status: 400 });
    expect(await send('PATCH', '/nobody', { description: '' })).toMatchObject({ status: 404 });
    const ramp = { steps: [{ rollout: 1 }, { rollout: 10 }] };
    expect(await send('PATCH', `/${key}`, { schedule: { ramp } })).toMatchObject({
      ...{ status: 400, body: { field: 'schedule.ramp.steps' } },
    });
  });

  it('are refused to whoever has not seen the latest revision', async () => {
    const key = 'steps-stale';
    await draft(key);
    const seen = (await send('GET', `/${key}`)).headers.get('etag') ?? '';
    await send('PATCH', `/${key}`, { description: 'somebody was faster' });
    for (const [method, path, body] of [
      ['PATCH', '', { description: 'late' }],
      ['POST', '/start', {}],
      ['POST', '/abort', {}],
    ] as const) {
      const refused = await send(method, `/${key}${path}`, body, { 'if-match': seen });
      expect(refused).toMatchObject({ status: 412, body: { code: 'stale_revision', field: 'if-match', revision: 2 } });
    }
    expect(await post(`/${key}/abort`, {}, { 'if-match': 'yesterday' })).toMatchObject({
      ...{ status: 400, body: { field: 'if-match' } },
    });
    expect(await post(`/${key}/abort`, {}, { 'if-match': '"1", "2"' })).toMatchObject({ status: 200 });
  });

  it('are done once however often a request with an Idempotency-Key comes', async () => {
    const key = 'steps-once';
    const once = { 'idempotency-key': 'make-steps-once' };
    const body = experimentBody(key, { rollout: 50 });
    const answers = await Promise.all([post('', body, once), post('', body, once), post('', body, once)]);
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    for (const { status, body } of answers)
      if (status !== 201) expect(body).toMatchObject({ code: 'failed_precondition', field: 'idempotency-key' });
    const again = await post('', body, once);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(made[0]?.body);
    expect(again.headers.get('etag')).toBe('"1"');
    expect(await post('', { ...body, key: 'steps-other' }, once)).toMatchObject({
      ...{ status: 422, body: { code: 'idempotency_key_reused', field: 'idempotency-key' } },
    });
    expect(await post(`/${key}/start`, {}, once)).toMatchObject({ status: 422 });
    // Another caller's key is another key, and what failed may be tried again.
    expect(await send('POST', '', body, once, 'admin')).toMatchObject({
      status: 409,
      body: { code: 'already_exists' },
    });
    const later = { 'idempotency-key': 'pause-steps-once' };
    expect(await post(`/${key}/pause`, {}, later)).toMatchObject({ status: 409 });
    await post(`/${key}/start`);
    for (let i = 0; i < 3; i++) expect(await post(`/${key}/pause`, {}, later)).toMatchObject({ status: 200 });
    expect(await post(`/${key}/abort`, {}, { 'idempotency-key': 'ü'.repeat(3) })).toMatchObject({ status: 400 });
  });

  it('list experiments page by page, also while new ones come', async () => {
    for (const name of ['a', 'b', 'c']) await draft(`steps-page-${name}`);
    const keys: string[] = [];
    for (let cursor = ''; ;) {
      const page = await send('GET', `?limit=2${cursor}`);
      const experiments = page.body['experiments'] as { key: string }[];
      expect(experiments.length).toBeLessThanOrEqual(2);
      keys.push(...experiments.map(({ key }) => key));
      if (keys.length === 2) await draft('steps-page-late');
      if (page.body['nextCursor'] === null) break;
      cursor = `&cursor=${page.body['nextCursor'] as string}`;
    }
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(expect.arrayContaining(['steps-page-a', 'steps-page-b', 'steps-page-c', 'steps-page-late']));
    const archived = (await send('GET', '?state=archived')).body['experiments'] as { state: string }[];
    expect(new Set(archived.map(({ state }) => state))).toEqual(new Set(['archived']));
    for (const wrong of ['?cursor=!', '?limit=0', '?limit=x', '?state=lost', '?page=2'])
      expect((await send('GET', wrong)).status).toBe(400);
  });

  it('copy a design into a draft of its own', async () => {
    await draft('steps-original', { description: 'the first', schedule: { stopOnPower: true } });
    const copy = await post('/steps-original/clone', { key: 'steps-copy' });
    expect(copy).toMatchObject({
      status: 201,
      body: { key: 'steps-copy', state: 'draft', description: 'the first', schedule: { stopOnPower: false } },
    });
    expect(copy.body['design']).toEqual((await send('GET', '/steps-original')).body['design']);
    expect(await post('/steps-original/clone', { key: 'steps-copy' })).toMatchObject({ status: 409 });
    expect(await post('/steps-original/clone', { key: 'Not A Key' })).toMatchObject({ status: 400 });
  });

  it('check a design without keeping it, and list all that is wrong with it', async () => {
    const body = experimentBody('steps-valid');
    expect(await post('/validate', body)).toMatchObject({
      status: 200,
      body: { valid: true, approvalNeeded: true, flag: { parameters: { groupId: 'steps-valid', rollout: '100' } } },
    });
    const wrong = { ...body.design, goal: 'happiness', alpha: 2 };
    const refused = await post('/validate', { ...body, key: 'NO', design: wrong });
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_argument' } });
    expect((refused.body['errors'] as { field: string }[]).map(({ field }) => field)).toEqual(
      expect.arrayContaining(['key', 'design.goal', 'design.alpha']),
    );
    const times = { startAt: '2099-01-02T00:00:00Z', stopAt: '2099-01-01T00:00:00Z' };
    expect(await post('/validate', { ...body, schedule: times })).toMatchObject({
      ...{ status: 400, body: { field: 'schedule.stopAt' } },
    });
    const [control, treatment] = (body.design as { variants: object[] }).variants;
    const unknownModel = { ...body.design, variants: [control, { ...treatment, ctr: 'click-fm@9' }] };
    expect(await post('/validate', { ...body, design: unknownModel })).toMatchObject({
      ...{ status: 409, body: { code: 'failed_precondition', field: 'variants' } },
    });
    expect(await send('GET', '/steps-valid')).toMatchObject({ status: 404 });
  });

  it('move the rollout without a new phase, and ask a second person above the limit', async () => {
    const key = 'steps-ramp';
    await started(key, {}, { rollout: 5 });
    expect(await post(`/${key}/ramp`, { rollout: 50 })).toMatchObject({ status: 200, body: { rollout: 50, phase: 1 } });
    const refused = await post(`/${key}/ramp`, { rollout: 51 });
    expect(refused).toMatchObject({ status: 409, body: { field: 'approval' } });
    await send('POST', `/${key}/approve`, { maxRollout: 80 }, {}, 'bob');
    expect(await post(`/${key}/ramp`, { rollout: 81 })).toMatchObject({ status: 409 });
    expect(await post(`/${key}/ramp`, { rollout: 80 })).toMatchObject({ status: 200, body: { rollout: 80 } });
    for (const rollout of [0, 101, 1.5, '10'])
      expect(await post(`/${key}/ramp`, { rollout })).toMatchObject({ status: 400, body: { field: 'rollout' } });
  });

  it('amend weights and models in a phase of their own, and leave the frozen design as it is', async () => {
    const key = 'steps-amend';
    await started(key);
    const { design, designHash } = (await send('GET', `/${key}`)).body;
    const variants = { control: { weight: 30 }, treatment: { weight: 70 } };
    const amended = await post(`/${key}/amend`, { reason: 'treatment is safe', variants });
    expect(amended).toMatchObject({
      status: 200,
      body: { phase: 2, design, designHash, amended: { variants: [{ weight: 30 }, { weight: 70 }] } },
    });
    const source = apps.predictor.get(FlagSource);
    await until('the predictor to serve phase 2', () =>
      source.flags().some((flag) => flag.experiment === key && flag.payloads.get('control')?.includes('"phase":2')),
    );
    expect(await apps.admin.phases(key)).toMatchObject([
      { closedReason: 'amendment' },
      { weights: { control: 30, treatment: 70 }, reason: 'amendment' },
    ]);
    const sampleRatio = (await apps.admin.report(key)).health.checks.find(({ name }) => name === 'sample_ratio');
    expect(sampleRatio?.detail).toContain('weights 30 : 70');

    for (const [wrong, field] of [
      [{ reason: 'x', variants: { control: { weight: 31 } } }, 'variants'],
      [{ reason: 'x', variants: { nobody: { weight: 31 } } }, 'variants.nobody'],
      [{ reason: 'x', variants: { control: {} } }, 'variants.control'],
      [{ variants }, 'reason'],
      [{ reason: 'x' }, undefined],
    ] as const) {
      const refused = await post(`/${key}/amend`, wrong);
      expect([refused.status, refused.body['field']]).toEqual([400, field]);
    }
    const described = await post(`/${key}/amend`, { reason: 'typo', description: 'better' });
    expect(described.body).toMatchObject({ phase: 2, description: 'better' });
  });

  it('have changed models of much traffic approved before they serve', async () => {
    const key = 'steps-amend-much';
    await draft(key, {}, { rollout: 100 });
    await send('POST', `/${key}/approve`, {}, {}, 'bob');
    await post(`/${key}/start`);
    const amendment = { reason: 'same model', variants: { treatment: { ctr: 'click-lr@1' } } };
    expect(await post(`/${key}/amend`, amendment)).toMatchObject({ status: 409, body: { field: 'approval' } });
    await post(`/${key}/pause`);
    expect(await post(`/${key}/amend`, amendment)).toMatchObject({ status: 200, body: { phase: 1, approvals: [] } });
    expect(await post(`/${key}/resume`)).toMatchObject({ status: 409, body: { field: 'approval' } });
    await send('POST', `/${key}/approve`, {}, {}, 'bob');
    expect(await post(`/${key}/resume`)).toMatchObject({ status: 200, body: { phase: 2 } });
  });

  it('start and end by themselves at the times that were set', async () => {
    const key = 'steps-times';
    const stopAt = new Date(Date.now() + 4 * SOON_MS).toISOString();
    await draft(key, { schedule: { stopAt } });
    await post(`/${key}/ready`);
    expect(await post(`/${key}/schedule`)).toMatchObject({ status: 409, body: { field: 'startAt' } });
    const startAt = new Date(Date.now() + SOON_MS).toISOString();
    expect(await post(`/${key}/schedule`, { startAt })).toMatchObject({ body: { state: 'scheduled' } });
    await until('the start', async () => (await stateOf(key)) === 'running');
    await until('the end', async () => (await stateOf(key)) === 'stopping');
    const { startedAt, endedAt, drainUntil } = (await send('GET', `/${key}`)).body as Record<string, string>;
    expect(Date.parse(startedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(startAt));
    expect(Date.parse(endedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(stopAt));
    expect(Date.parse(drainUntil ?? '') - Date.parse(endedAt ?? '')).toBeGreaterThan(29 * 86_400_000);
    const authors = (await apps.admin.revisions(key)).map(({ action, author }) => [action, author]);
    expect(authors.slice(0, 2)).toEqual([
      ['stop', 'adlift'],
      ['start', 'ann'],
    ]);
  });

  it('wait for what hinders them, say what it is, and end what has drained', async () => {
    await started('steps-holder', { design: { ...experimentBody('x').design, rollout: 50, drainDays: 0.000001 } });
    const key = 'steps-waits';
    await draft(key);
    await post(`/${key}/ready`);
    await post(`/${key}/schedule`, { startAt: new Date(Date.now() + 10).toISOString() });
    await until('the hindrance to be told', async () => {
      const { state, stateReason } = await apps.admin.experiment(key);
      return state === 'scheduled' && stateReason.includes('"steps-holder" is running');
    });
    await post('/steps-holder/stop');
    await until('the start', async () => (await stateOf(key)) === 'running');
    await until('the windows to drain', async () => (await stateOf('steps-holder')) === 'concluded');
  });

  it('grow a ramp step by step, in one phase, up to what was agreed to', async () => {
    const key = 'steps-plan';
    const steps = [{ rollout: 1, holdMinutes: 0.005 }, { rollout: 7, holdMinutes: 0.005 }, { rollout: 50 }];
    await started(key, { schedule: { ramp: { steps } } });
    await until('the last step', async () => {
      const { rollout, flag } = await apps.admin.experiment(key);
      return rollout === 50 && flag?.state === 'applied';
    });
    const revisions = [...(await apps.admin.revisions(key))].reverse();
    expect(revisions.map(({ after }) => after['rollout']).filter((one) => one !== undefined)).toEqual([1, 7, 50]);
    expect(await apps.admin.experiment(key)).toMatchObject({ phase: 1, rampStep: 2 });
  });

  /** Has the kept statistics say that `units` units of each of these arms saw one ad, and how many of them clicked. */
  async function count(key: string, units: number, clicks: Readonly<Record<string, number>>): Promise<void> {
    for (const [variant, clicked] of Object.entries(clicks)) {
      await rows(
        apps.database.url,
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
    await started(key, { design, schedule: { ramp } });
    await count(key, 10_000, { control: 3000, treatment: 1000 });
    const paused = await until('the rollback', async () => {
      const view = await apps.admin.experiment(key);
      return view.state === 'paused' && view.flag?.state === 'applied' && view;
    });
    expect(paused).toMatchObject({ stateReason: 'rolled back: ctr_worse:treatment', rollout: 5 });
    const source = apps.predictor.get(FlagSource);
    await until('the predictor to know', () => source.flags().every(({ experiment }) => experiment !== key));
    const [entry] = (await apps.admin.audit({ subject: `experiment:${key}`, limit: '1' })).entries;
    expect(entry).toMatchObject({ actor: 'adlift', action: 'experiment.pause', after: { state: 'paused' } });
  });

  it('end once as many units were exposed as were planned, if so asked, and not while a check fails', async () => {
    const key = 'steps-power';
    const design = { ...experimentBody(key).design, rollout: 50, plannedUnits: 1000 };
    await started(key, { design, schedule: { stopOnPower: true } });
    await count(key, 400, { control: 100 });
    await count(key, 900, { treatment: 100 });
    const { experiment } = await apps.admin.report(key);
    expect([experiment.verdict, experiment.state]).toEqual(['invalid', 'running']);
    await rows(apps.database.url, 'UPDATE exp_moments SET units = 900 WHERE experiment = $1', [key]);
    await until('the end', async () => (await stateOf(key)) === 'stopping');
    expect((await apps.admin.experiment(key)).stateReason).toBe('1800 of 1000 planned units were exposed');
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
    const refused = await post('', { ...experimentBody('steps-refused', { rollout: 50 }), schedule });
    expect([refused.status, refused.body['field']]).toEqual([400, field]);
  });

  it('refuse an end that has passed', async () => {
    const key = 'steps-late';
    await draft(key, { schedule: { stopAt: '2020-01-01T00:00:00Z' } });
    expect(await post(`/${key}/start`)).toMatchObject({ status: 409, body: { field: 'schedule.stopAt' } });
  });

  it('need no flag and no second person for imported traffic', async () => {
    const key = 'steps-import';
    await draft(key, { source: 'import', ...{ design: experimentBody(key).design } });
    expect(await post(`/${key}/start`)).toMatchObject({ status: 200, body: { state: 'running', flag: null } });
    expect(await post(`/${key}/stop`)).toMatchObject({ status: 200, body: { state: 'concluded' } });
  });
});
