import { request } from 'node:http';
import { AdminApi } from '@adlift/client';
import { TestApps } from '../setup/test-apps';

const KEYS = { admin: 'key-of-an-admin-person', replica: 'key-of-the-predictors' };

describe('the keys of the experiments app', () => {
  let apps: TestApps;
  let origin: URL;

  beforeAll(async () => {
    apps = await TestApps.start({
      adminKey: KEYS.admin,
      experiments: {
        ADLIFT_OPEN_ACCESS: 'false',
        ADLIFT_PAGE_SESSION: 'true',
        ADLIFT_CREDENTIALS: JSON.stringify([
          { name: 'admin', key: KEYS.admin, grants: ['admin'] },
          { name: 'predictors', key: KEYS.replica, grants: ['models'] },
        ]),
      },
      predictor: { EXPERIMENTS_KEY: KEYS.replica },
    });
    origin = new URL(apps.experimentsUrl);
  }, 60_000);
  afterAll(() => apps.stop());

  /** By node:http, which lets a caller say any Host. */
  function call(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<[number, string]> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = origin;
      request({ hostname, port, path, method, headers }, (answer) => {
        const [cookie = ''] = answer.headers['set-cookie'] ?? [];
        answer.resume().on('end', () => resolve([answer.statusCode ?? 0, cookie]));
      })
        .on('error', reject)
        .end();
    });
  }
  const status = async (...call_: Parameters<typeof call>): Promise<number> => (await call(...call_))[0];
  const bearer = (key: string): Record<string, string> => ({ authorization: `Bearer ${key}` });

  it('let predictors pull models, and nothing else', async () => {
    expect((await apps.state()).models.loaded).toHaveLength(1);
    expect(await status('/v1/serving-set', bearer(KEYS.replica))).toBe(200);
    expect(await status('/v1/models', bearer(KEYS.replica))).toBe(403);
  });

  it('are needed for the admin API, and name their scope when they are missing', async () => {
    await expect(new AdminApi(apps.experimentsUrl).experiments()).rejects.toMatchObject({
      status: 401,
      code: 'unauthenticated',
      detail: expect.stringContaining('"admin"') as string,
    });
    expect(await apps.admin.experiments()).toEqual([]);
    for (const path of ['/v1/overview', '/v1/traces', '/v1/events/rejected', '/metrics', '/nothing']) {
      expect(await status(path)).toBe(401);
    }
    expect(await status('/metrics', bearer(KEYS.admin))).toBe(403);
    for (const path of ['/livez', '/readyz', '/', '/page/page.js']) expect(await status(path)).toBe(200);
  });

  it('are not needed by the page on this machine, which may only read', async () => {
    const [, cookie] = await call('/');
    expect(cookie).toMatch(/^adlift_session=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict$/);
    const [session = ''] = cookie.split(';');
    expect(await status('/v1/overview', { cookie: `theme=dark; ${session}` })).toBe(200);
    expect(await status('/v1/experiments/none/start', { cookie: session }, 'POST')).toBe(401);
    expect(await status('/v1/ads/none', { cookie: session }, 'DELETE')).toBe(401);
    expect(await status('/v1/overview', { cookie: 'adlift_session=guess' })).toBe(401);
  });

  it('are needed by a page that got here under another name', async () => {
    const [, cookie] = await call('/', { host: 'rebound.example' });
    expect(cookie).toBe('');
    const [, own] = await call('/');
    expect(await status('/v1/overview', { host: 'rebound.example', cookie: own.split(';')[0] ?? '' })).toBe(401);
  });
});
