import { AdminApi, ApiError } from '@adlift/client';
import { experimentBody } from '../experiments/test-experiment';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

const ROLES = ['viewer', 'analyst', 'experimenter', 'operator', 'approver', 'admin'] as const;
type Role = (typeof ROLES)[number];

const keyOf = (name: string): string => `a-long-enough-key-of-${name}`;
const REFRESH_MS = 50;

describe('roles, keys and the audit', () => {
  let apps: TestApps;
  const as = (name: string): AdminApi => new AdminApi(apps.experimentsUrl, keyOf(name));

  beforeAll(async () => {
    apps = await TestApps.start({
      adminKey: keyOf('admin'),
      experiments: {
        ADLIFT_OPEN_ACCESS: 'false',
        KEYS_REFRESH_MS: String(REFRESH_MS),
        ADLIFT_CREDENTIALS: JSON.stringify([
          ...ROLES.map((role) => ({ name: role, key: keyOf(role), grants: [role] })),
          { name: 'both', key: keyOf('both'), grants: ['experimenter', 'approver'] },
          { name: 'predictors', key: keyOf('predictors'), grants: ['models'] },
        ]),
      },
      predictor: {
        EXPERIMENTS_KEY: keyOf('predictors'),
        ADLIFT_OPEN_ACCESS: 'false',
        KEYS_REFRESH_MS: String(REFRESH_MS),
        ADLIFT_CREDENTIALS: JSON.stringify([{ name: 'operator', key: keyOf('operator'), grants: ['metrics'] }]),
      },
    });
  }, 60_000);
  afterAll(() => apps.stop());

  async function status(method: string, path: string, key: string, body?: unknown): Promise<number> {
    const answer = await fetch(apps.experimentsUrl + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answer.status;
  }

  it.each<[string, string, readonly Role[]]>([
    ['GET', '/v1/experiments', ROLES],
    ['GET', '/v1/models', ROLES],
    ['GET', '/v1/traces', ['analyst', 'experimenter', 'operator', 'admin']],
    ['GET', '/v1/events/rejected', ['analyst', 'experimenter', 'operator', 'admin']],
    ['GET', '/v1/audit', ['analyst', 'operator', 'approver', 'admin']],
    ['POST', '/v1/experiments', ['experimenter', 'admin']],
    ['POST', '/v1/metrics', ['experimenter', 'admin']],
    ['POST', '/v1/experiments/none/start', ['experimenter', 'admin']],
    ['POST', '/v1/experiments/none/approve', ['approver', 'admin']],
    ['PUT', '/v1/ads', ['operator', 'admin']],
    ['DELETE', '/v1/units/somebody', ['operator', 'admin']],
    ['GET', '/v1/keys', ['admin']],
    ['POST', '/v1/keys', ['admin']],
    ['DELETE', '/v1/keys/none', ['admin']],
    ['POST', '/v1/nothing', ['admin']],
  ])('%s %s is open to its roles and to no other', async (method, path, allowed) => {
    for (const role of ROLES) {
      const got = await status(method, path, keyOf(role), method === 'GET' ? undefined : {});
      expect([role, got === 403]).toEqual([role, !allowed.includes(role)]);
    }
    expect(await status(method, path, keyOf('predictors'), method === 'GET' ? undefined : {})).toBe(403);
  });

  it('make a key that is shown once, serves both apps, and is refused once it is revoked', async () => {
    const made = await as('admin').makeKey({ name: 'new ad server', grants: ['viewer', 'predict', 'metrics'] });
    expect(made.key).toMatch(/^adl_[A-Za-z0-9_-]{43}$/);
    const [stored] = await rows<{ text: string }>(apps.database.url, 'SELECT k::text AS text FROM api_key k');
    expect(stored?.text).not.toContain(made.key);
    expect(JSON.stringify(await as('admin').keys())).not.toContain(made.key);
    expect(await status('GET', '/v1/experiments', made.key)).toBe(200);
    expect(await status('POST', '/v1/experiments', made.key, {})).toBe(403);
    const onPredictor = async (): Promise<number> =>
      (await fetch(`${apps.predictorUrl}/v1/status`, { headers: { authorization: `Bearer ${made.key}` } })).status;
    await until('the predictor to know the key', async () => (await onPredictor()) === 200);

    await as('admin').revokeKey(made.id);
    expect(await status('GET', '/v1/experiments', made.key)).toBe(401);
    await until('the predictor to refuse the key', async () => (await onPredictor()) === 401);
    expect(await as('admin').keys()).toMatchObject([{ id: made.id, name: 'new ad server', revokedBy: 'admin' }]);
  });

  it('end a key at its time', async () => {
    const expiresAt = new Date(Date.now() + 400).toISOString();
    const { key } = await as('admin').makeKey({ name: 'guest', grants: ['viewer'], expiresAt });
    expect(await status('GET', '/v1/experiments', key)).toBe(200);
    await until('the key to expire', async () => (await status('GET', '/v1/experiments', key)) === 401);
  });

  it.each<[string, object, number, string]>([
    ['an unknown grant', { name: 'x', grants: ['everything'] }, 400, 'grants[0]'],
    ['no grant', { name: 'x', grants: [] }, 400, 'grants'],
    ['no name', { grants: ['viewer'] }, 400, 'name'],
    ["the system's own name", { name: 'adlift', grants: ['viewer'] }, 400, 'name'],
    ['a time that has passed', { name: 'x', grants: ['viewer'], expiresAt: '2020-01-01T00:00:00Z' }, 400, 'expiresAt'],
    ['the name of a configured caller', { name: 'operator', grants: ['viewer'] }, 409, 'name'],
  ])('refuse a key with %s', async (_what, body, expected, field) => {
    const refused = as('admin').makeKey(body as Parameters<AdminApi['makeKey']>[0]);
    await expect(refused).rejects.toMatchObject({ status: expected, field });
  });

  it('ask a second person for more than a tenth of the traffic', async () => {
    const key = 'second-person';
    const { design } = experimentBody(key);
    const oneModel = {
      ...design,
      variants: [
        { name: 'a', control: true, weight: 50, ctr: 'click-lr@1' },
        { name: 'b', weight: 50, ctr: 'click-lr@1' },
      ],
    };
    await as('both').createExperiment({ key, design: oneModel });
    const start = (name: string): Promise<unknown> => as(name).startExperiment(key);
    const refusal = { status: 409, code: 'failed_precondition', field: 'approval' };
    await expect(start('experimenter')).rejects.toMatchObject(refusal);
    await expect(as('both').approveExperiment(key)).rejects.toMatchObject({ status: 403, code: 'permission_denied' });
    await as('admin').approveExperiment(key, 'looks fine');
    await expect(start('admin')).rejects.toMatchObject(refusal);
    expect((await as('analyst').audit({ subject: `experiment:${key}` })).entries).toMatchObject([
      { actor: 'admin', action: 'experiment.approve', after: { maxRollout: 100, reason: 'looks fine' } },
      { actor: 'both', action: 'experiment.create', after: { state: 'draft', design: { rollout: 100 } } },
    ]);
  });

  it('write down what operators change, page by page, and never whom they erased', async () => {
    await as('operator').putAds([{ adId: 'ad-1', features: {} }]);
    await as('operator').eraseUnit('a-unit-to-forget');
    const first = await as('analyst').audit({ actor: 'operator', limit: '1' });
    expect(first.entries).toMatchObject([{ action: 'DELETE /v1/units/:unit', subject: '/v1/units/:unit' }]);
    const second = await as('analyst').audit({ actor: 'operator', limit: '1', cursor: first.nextCursor ?? '' });
    expect(second.entries).toMatchObject([{ action: 'PUT /v1/ads', after: { ads: [{ adId: 'ad-1' }] } }]);
    expect(second.entries).toHaveLength(1);
    for (const wrong of [{ cursor: 'x' }, { limit: '0' }, { from: 'yesterday' }, { who: 'me' }]) {
      await expect(as('analyst').audit(wrong)).rejects.toBeInstanceOf(ApiError);
    }
  });

  it.each([
    ['changed', "UPDATE audit SET actor = 'nobody'"],
    ['deleted', 'DELETE FROM audit'],
    ['emptied', 'TRUNCATE audit CASCADE'],
  ])('keep an audit that cannot be %s, even in SQL', async (_how, sql) => {
    await expect(rows(apps.database.url, sql)).rejects.toThrow('only ever added to');
  });
});
