import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { AdServerClient } from '@adlift/client';
import { predictCall } from '../predictor/predict-call';
import { refusal } from '../predictor/raw-grpc';
import { TestApps } from '../setup/test-apps';

const KEYS = {
  old: 'old-key-of-the-ad-server',
  new: 'new-key-of-the-ad-server',
  reporter: 'key-of-a-reporter',
  operator: 'key-of-an-operator',
};
const EVENT = { events: [{ kind: 'click', token: 'forged' }] };

describe('the keys of a predictor', () => {
  let apps: TestApps;
  const clients: AdServerClient[] = [];
  const caller = (key?: string): AdServerClient => {
    const client = new AdServerClient(apps.grpcAddress, key);
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    apps = await TestApps.start({
      predictor: {
        ADLIFT_OPEN_ACCESS: 'false',
        ADLIFT_CREDENTIALS: JSON.stringify([
          { name: 'ad server', keys: [KEYS.old, KEYS.new], grants: ['predict'] },
          { name: 'reporter', key: KEYS.reporter, grants: ['events'] },
          { name: 'operator', key: KEYS.operator, grants: ['metrics'] },
        ]),
      },
    });
  }, 60_000);
  afterAll(async () => {
    for (const client of clients) client.close();
    await apps.stop();
  });

  const header = (key: string): Record<string, string> => (key === '' ? {} : { authorization: `Bearer ${key}` });
  const get = async (path: string, key = ''): Promise<number> =>
    (await fetch(apps.predictorUrl + path, { headers: header(key) })).status;

  it('open gRPC to the scope of each service, old and new key alike', async () => {
    for (const key of [KEYS.old, KEYS.new]) expect((await caller(key).predict(predictCall())).pctr).toHaveLength(3);
    expect(await refusal(caller().predict(predictCall()))).toMatchObject({
      code: status.UNAUTHENTICATED,
      field: 'authorization',
    });
    expect(await refusal(caller('a key of nobody').predict(predictCall()))).toMatchObject({
      code: status.UNAUTHENTICATED,
    });
    expect(await refusal(caller(KEYS.reporter).predict(predictCall()))).toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    expect(await refusal(caller(KEYS.old).recordEvents([]))).toMatchObject({ code: status.PERMISSION_DENIED });
    expect(await caller(KEYS.reporter).recordEvents([])).toEqual([]);
  });

  it('open a stream once, at its beginning', async () => {
    const client = new Client(apps.grpcAddress, credentials.createInsecure());
    const codeOf = (key: string): Promise<number> =>
      new Promise((resolve) => {
        const metadata = new Metadata();
        if (key !== '') metadata.set('authorization', `Bearer ${key}`);
        const same = (bytes: Buffer): Buffer => bytes;
        const call = client.makeBidiStreamRequest('/adlift.v1.Predictor/PredictStream', same, same, metadata);
        call.on('data', () => undefined);
        call.on('error', () => undefined);
        call.on('status', ({ code }) => resolve(code));
        call.end();
      });
    expect(await codeOf('')).toBe(status.UNAUTHENTICATED);
    expect(await codeOf(KEYS.reporter)).toBe(status.PERMISSION_DENIED);
    expect(await codeOf(KEYS.new)).toBe(status.OK);
    client.close();
  });

  it('open HTTP to the scope of each route, and probes to everybody', async () => {
    for (const path of ['/livez', '/readyz']) expect(await get(path)).toBe(200);
    for (const path of ['/metrics', '/v1/status']) {
      expect([await get(path), await get(path, KEYS.old), await get(path, KEYS.operator)]).toEqual([401, 403, 200]);
    }
    for (const path of ['/v2', '/v2/models/click-lr', '/v1/nothing']) expect(await get(path)).toBe(401);
    expect([await get('/v2', KEYS.old), await get('/v1/nothing', KEYS.old)]).toEqual([200, 404]);
    expect((await apps.post('/v1/events', EVENT, header(KEYS.old))).status).toBe(403);
    expect((await apps.post('/v1/events', EVENT, header(KEYS.reporter))).status).toBe(200);
    expect((await apps.post('/v1/predict', {}, header(KEYS.new))).status).toBe(400);
    expect((await apps.post('/v1/faults/kill-scoring-worker', {}, header(KEYS.operator))).status).toBe(403);
  });

  it('cannot be gone around by another spelling of a path', async () => {
    for (const path of ['/METRICS', '//metrics', '/metrics/', '/%6detrics', '/metrics?a', '/v1/events/../../metrics']) {
      expect(await get(path)).toBe(401);
    }
  });

  it('are named in the answer to a call without one', async () => {
    expect(await apps.post('/v1/predict', {})).toMatchObject({
      status: 401,
      type: expect.stringContaining('application/problem+json') as string,
      body: { code: 'unauthenticated', detail: expect.stringContaining('"predict"') as string },
    });
  });
});
