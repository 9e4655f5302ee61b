import { StepBench } from './step-bench';
import { experimentBody } from './test-experiment';

describe("the steps of an experiment's life", () => {
  let bench: StepBench;

  beforeAll(async () => {
    bench = await StepBench.start();
  }, 180_000);
  afterEach(() => bench.endAll());
  afterAll(() => bench.apps.stop());

  it('lead from a draft to the archive, each written down with author and reason', async () => {
    const key = 'steps-all';
    await bench.draft(key, { design: { ...experimentBody(key).design, rollout: 50, drainDays: 30 } });
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
      const taken = await bench.post(`/${key}/${step}`, { reason: `because ${step}` });
      expect(taken).toMatchObject({ status: 200, body: { state, stateReason: `because ${step}` } });
    }
    expect(await bench.apps.admin.phases(key)).toMatchObject([
      { phase: 1, reason: 'start', closedReason: 'pause', weights: { control: 50, treatment: 50 } },
      { phase: 2, reason: 'resume', closedReason: 'stop', models: { treatment: { ctr: 'click-fm@1' } } },
    ]);
    const revisions = await bench.apps.admin.revisions(key);
    expect(revisions.map(({ revision, action, author }) => [revision, action, author]).reverse()).toEqual([
      [1, 'create', 'ann'],
      ...walk.map(([step], i) => [i + 2, step, 'ann']),
    ]);
    expect(revisions[0]).toMatchObject({ before: { state: 'concluded' }, after: { state: 'archived' } });
    const { entries } = await bench.apps.admin.audit({ subject: `experiment:${key}` });
    // Beside them the reports that are kept by themselves when it ends.
    const steps = entries.filter(({ action }) => action !== 'report.snapshot');
    expect(steps.map(({ action }) => action)).toEqual(revisions.map(({ action }) => `experiment.${action}`));
  });

  it.each([
    ['draft', ['schedule', 'unschedule', 'pause', 'resume', 'stop', 'conclude', 'archive', 'resync']],
    ['running', ['ready', 'schedule', 'unschedule', 'start', 'resume', 'conclude', 'archive']],
    ['concluded', ['ready', 'start', 'pause', 'resume', 'stop', 'conclude', 'abort', 'resync']],
  ] as const)('that a %s experiment does not allow are refused, naming those that it does', async (state, steps) => {
    const key = `steps-not-${state}`;
    await bench.draft(key, { design: { ...experimentBody(key).design, rollout: 50, drainDays: 0 } });
    if (state !== 'draft') await bench.post(`/${key}/start`);
    if (state === 'concluded') await bench.post(`/${key}/stop`);
    const { actions } = (await bench.send('GET', `/${key}`)).body;
    for (const step of steps) {
      const body = step === 'schedule' ? { startAt: '2099-01-01T00:00:00Z' } : {};
      const refused = await bench.post(`/${key}/${step}`, body);
      expect([step, refused.status, refused.body['code']]).toEqual([step, 409, 'failed_precondition']);
      expect(refused.body).toMatchObject({ state, allowed: actions });
    }
    const edit = await bench.send('PATCH', `/${key}`, { description: 'new' });
    expect(edit.status).toBe(state === 'draft' ? 200 : 409);
    expect(await bench.stateOf(key)).toBe(state);
  });

  it('edit a draft in whole or in part, and take its readiness back', async () => {
    const key = 'steps-edit';
    await bench.draft(key);
    await bench.post(`/${key}/ready`);
    const { design } = experimentBody(key, { weights: [80, 20], rollout: 20 });
    const patched = await bench.send('PATCH', `/${key}`, { design });
    expect(patched).toMatchObject({ status: 200, body: { state: 'draft', revision: 3, design: { rollout: 20 } } });
    expect(patched.headers.get('etag')).toBe('"3"');
    const put = await bench.send('PUT', `/${key}`, { description: 'anew', design });
    expect(put.body).toMatchObject({ description: 'anew', schedule: { stopOnPower: false }, revision: 4 });
    expect(await bench.send('PATCH', `/${key}`, {})).toMatchObject({ status: 400 });
    expect(await bench.send('PATCH', `/${key}`, { key: 'other' })).toMatchObject({ status: 400 });
    expect(await bench.send('PATCH', '/nobody', { description: '' })).toMatchObject({ status: 404 });
    const ramp = { steps: [{ rollout: 1 }, { rollout: 10 }] };
    expect(await bench.send('PATCH', `/${key}`, { schedule: { ramp } })).toMatchObject({
      ...{ status: 400, body: { field: 'schedule.ramp.steps' } },
    });
  });

  it('are refused to whoever has not seen the latest revision', async () => {
    const key = 'steps-stale';
    await bench.draft(key);
    const seen = (await bench.send('GET', `/${key}`)).headers.get('etag') ?? '';
    await bench.send('PATCH', `/${key}`, { description: 'somebody was faster' });
    for (const [method, path, body] of [
      ['PATCH', '', { description: 'late' }],
      ['POST', '/start', {}],
      ['POST', '/abort', {}],
    ] as const) {
      const refused = await bench.send(method, `/${key}${path}`, body, { 'if-match': seen });
      expect(refused).toMatchObject({ status: 412, body: { code: 'stale_revision', field: 'if-match', revision: 2 } });
    }
    expect(await bench.post(`/${key}/abort`, {}, { 'if-match': 'yesterday' })).toMatchObject({
      ...{ status: 400, body: { field: 'if-match' } },
    });
    expect(await bench.post(`/${key}/abort`, {}, { 'if-match': '"1", "2"' })).toMatchObject({ status: 200 });
  });

  it('are done once however often a request with an Idempotency-Key comes', async () => {
    const key = 'steps-once';
    const once = { 'idempotency-key': 'make-steps-once' };
    const body = experimentBody(key, { rollout: 50 });
    const answers = await Promise.all([
      bench.post('', body, once),
      bench.post('', body, once),
      bench.post('', body, once),
    ]);
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    for (const { status, body } of answers)
      if (status !== 201) expect(body).toMatchObject({ code: 'failed_precondition', field: 'idempotency-key' });
    const again = await bench.post('', body, once);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(made[0]?.body);
    expect(again.headers.get('etag')).toBe('"1"');
    expect(await bench.post('', { ...body, key: 'steps-other' }, once)).toMatchObject({
      ...{ status: 422, body: { code: 'idempotency_key_reused', field: 'idempotency-key' } },
    });
    expect(await bench.post(`/${key}/start`, {}, once)).toMatchObject({ status: 422 });
    // Another caller's key is another key, and what failed may be tried again.
    expect(await bench.send('POST', '', body, once, 'admin')).toMatchObject({
      status: 409,
      body: { code: 'already_exists' },
    });
    const later = { 'idempotency-key': 'pause-steps-once' };
    expect(await bench.post(`/${key}/pause`, {}, later)).toMatchObject({ status: 409 });
    await bench.post(`/${key}/start`);
    for (let i = 0; i < 3; i++) expect(await bench.post(`/${key}/pause`, {}, later)).toMatchObject({ status: 200 });
    expect(await bench.post(`/${key}/abort`, {}, { 'idempotency-key': 'ü'.repeat(3) })).toMatchObject({ status: 400 });
  });

  it('list experiments page by page, also while new ones come', async () => {
    for (const name of ['a', 'b', 'c']) await bench.draft(`steps-page-${name}`);
    const keys: string[] = [];
    for (let cursor = ''; ;) {
      const page = await bench.send('GET', `?limit=2${cursor}`);
      const experiments = page.body['experiments'] as { key: string }[];
      expect(experiments.length).toBeLessThanOrEqual(2);
      keys.push(...experiments.map(({ key }) => key));
      if (keys.length === 2) await bench.draft('steps-page-late');
      if (page.body['nextCursor'] === null) break;
      cursor = `&cursor=${page.body['nextCursor'] as string}`;
    }
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual(expect.arrayContaining(['steps-page-a', 'steps-page-b', 'steps-page-c', 'steps-page-late']));
    const archived = (await bench.send('GET', '?state=archived')).body['experiments'] as { state: string }[];
    expect(new Set(archived.map(({ state }) => state))).toEqual(new Set(['archived']));
    for (const wrong of ['?cursor=!', '?limit=0', '?limit=x', '?state=lost', '?page=2'])
      expect((await bench.send('GET', wrong)).status).toBe(400);
  });

  it('copy a design into a draft of its own', async () => {
    await bench.draft('steps-original', { description: 'the first', schedule: { stopOnPower: true } });
    const copy = await bench.post('/steps-original/clone', { key: 'steps-copy' });
    expect(copy).toMatchObject({
      status: 201,
      body: { key: 'steps-copy', state: 'draft', description: 'the first', schedule: { stopOnPower: false } },
    });
    expect(copy.body['design']).toEqual((await bench.send('GET', '/steps-original')).body['design']);
    expect(await bench.post('/steps-original/clone', { key: 'steps-copy' })).toMatchObject({ status: 409 });
    expect(await bench.post('/steps-original/clone', { key: 'Not A Key' })).toMatchObject({ status: 400 });
  });

  it('check a design without keeping it, and list all that is wrong with it', async () => {
    const body = experimentBody('steps-valid');
    expect(await bench.post('/validate', body)).toMatchObject({
      status: 200,
      body: { valid: true, approvalNeeded: true, flag: { parameters: { groupId: 'steps-valid', rollout: '100' } } },
    });
    const wrong = { ...body.design, goal: 'the best', alpha: 2 };
    const refused = await bench.post('/validate', { ...body, key: 'NO', design: wrong });
    expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_argument' } });
    expect((refused.body['errors'] as { field: string }[]).map(({ field }) => field)).toEqual(
      expect.arrayContaining(['key', 'design.goal', 'design.alpha']),
    );
    const times = { startAt: '2099-01-02T00:00:00Z', stopAt: '2099-01-01T00:00:00Z' };
    expect(await bench.post('/validate', { ...body, schedule: times })).toMatchObject({
      ...{ status: 400, body: { field: 'schedule.stopAt' } },
    });
    const [control, treatment] = (body.design as { variants: object[] }).variants;
    const unknownModel = { ...body.design, variants: [control, { ...treatment, ctr: 'click-fm@9' }] };
    expect(await bench.post('/validate', { ...body, design: unknownModel })).toMatchObject({
      ...{ status: 409, body: { code: 'failed_precondition', field: 'variants' } },
    });
    expect(await bench.send('GET', '/steps-valid')).toMatchObject({ status: 404 });
  });

  it('need no flag and no second person for imported traffic', async () => {
    const key = 'steps-import';
    await bench.draft(key, { source: 'import', ...{ design: experimentBody(key).design } });
    expect(await bench.post(`/${key}/start`)).toMatchObject({ status: 200, body: { state: 'running', flag: null } });
    expect(await bench.post(`/${key}/stop`)).toMatchObject({ status: 200, body: { state: 'concluded' } });
  });
});
