import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Record<string, unknown>;
}

describe('the admin API of the ad catalogue', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
  }, 60_000);
  afterAll(() => apps.stop());

  async function call(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(apps.experimentsUrl + path, {
      method,
      ...(body === undefined
        ? {}
        : {
            headers: { 'content-type': 'application/json' },
            body: typeof body === 'string' ? body : JSON.stringify(body),
          }),
    });
    return {
      status: answer.status,
      type: answer.headers.get('content-type') ?? '',
      body: (await answer.json()) as Record<string, unknown>,
    };
  }

  const put = (...ads: object[]): Promise<Answer> => call('PUT', '/v1/ads', { ads });

  async function version(): Promise<number> {
    return (await call('GET', '/v1/ads?limit=1')).body['catalogueVersion'] as number;
  }

  it('makes one version of all ads of a call, and none of a call that changes nothing', async () => {
    const before = await version();
    const ads = [
      {
        adId: 'shoe',
        campaignId: 'c-1',
        landingUrl: 'https://shop.example/shoe',
        features: { price: 0.1, site: 'news' },
      },
      { adId: 'hat', features: { price: 20, gone: null } },
    ];
    expect(await put(...ads)).toMatchObject({ status: 200, body: { catalogueVersion: before + 1, changed: 2 } });
    expect(await put(...ads)).toMatchObject({ status: 200, body: { catalogueVersion: before + 1, changed: 0 } });
    expect((await put({ ...ads[0] }, { adId: 'hat', features: { price: 21 } })).body).toEqual({
      catalogueVersion: before + 2,
      changed: 1,
    });
    expect((await call('GET', '/v1/ads/shoe')).body).toEqual({
      catalogueVersion: before + 2,
      ad: { ...ads[0], version: before + 1, changedAt: expect.any(String) as string },
    });
    expect((await call('GET', '/v1/ads/hat')).body['ad']).toMatchObject({
      features: { price: 21 },
      version: before + 2,
    });
  });

  it('shows an ad as of a version, and its history, its removal and return included', async () => {
    const first = (await version()) + 1;
    await put({ adId: 'car', features: { price: 1 } });
    await put({ adId: 'car', features: { price: 2 } });
    expect((await call('DELETE', '/v1/ads/car')).body).toEqual({ catalogueVersion: first + 2, changed: 1 });
    expect(await call('GET', '/v1/ads/car')).toMatchObject({ status: 404, body: { code: 'not_found', field: 'adId' } });
    expect(await call('DELETE', '/v1/ads/car')).toMatchObject({ status: 404 });
    await put({ adId: 'car', features: { price: 2 } });

    const asOf = (at: number): Promise<Answer> => call('GET', `/v1/ads/car?version=${at}`);
    expect((await asOf(first)).body).toMatchObject({ catalogueVersion: first, ad: { features: { price: 1 } } });
    expect((await asOf(first + 1)).body).toMatchObject({ ad: { features: { price: 2 }, version: first + 1 } });
    expect((await asOf(first + 2)).status).toBe(404);
    expect((await asOf(first + 3)).body).toMatchObject({ ad: { version: first + 3 } });
    expect(await asOf(first + 4)).toMatchObject({ status: 404, body: { field: 'version' } });

    const history = await call('GET', '/v1/ads/car/history');
    expect(history.body['versions']).toMatchObject([
      { version: first + 3, removed: false },
      { version: first + 2, removed: true, features: {} },
      { version: first + 1, removed: false },
      { version: first, removed: false, features: { price: 1 } },
    ]);
    const page = (await call('GET', '/v1/ads/car/history?limit=3')).body;
    expect(page['nextBefore']).toBe(first + 1);
    const rest = (await call('GET', `/v1/ads/car/history?limit=3&before=${first + 1}`)).body;
    expect([(rest['versions'] as unknown[]).length, rest['nextBefore']]).toEqual([1, undefined]);
    expect((await call('GET', '/v1/ads/never-seen/history')).status).toBe(404);
  });

  it('lists the current catalogue page by page, removed ads left out', async () => {
    await put(...Array.from({ length: 25 }, (_, i) => ({ adId: `page/${i}`, features: { price: i } })));
    await call('DELETE', `/v1/ads/${encodeURIComponent('page/7')}`);
    const seen: string[] = [];
    for (let after: string | undefined = 'page/'; after !== undefined;) {
      const { body } = await call('GET', `/v1/ads?limit=10&after=${encodeURIComponent(after)}`);
      seen.push(...(body['ads'] as { adId: string }[]).map(({ adId }) => adId));
      after = body['nextAfter'] as string | undefined;
    }
    const listed = seen.filter((adId) => adId.startsWith('page/'));
    expect(listed).toEqual(
      Array.from({ length: 25 }, (_, i) => `page/${i}`)
        .filter((adId) => adId !== 'page/7')
        .sort(),
    );
  });

  it('takes ids as long as ids may be in a path', async () => {
    const adId = '广'.repeat(42);
    await put({ adId, features: {} });
    expect(await call('GET', `/v1/ads/${encodeURIComponent(adId)}`)).toMatchObject({
      status: 200,
      body: { ad: { adId } },
    });
  });

  it('stores nothing of a call with one bad ad, and says where it is', async () => {
    const before = await version();
    const answer = await put({ adId: 'good', features: { price: 1 } }, { adId: 'bad', features: { price: [1] } });
    expect(answer).toMatchObject({
      status: 400,
      type: expect.stringContaining('application/problem+json') as string,
      body: { code: 'invalid_argument', field: 'ads[1].features.price', errorCount: 1 },
    });
    expect([(await call('GET', '/v1/ads/good')).status, await version()]).toEqual([404, before]);
  });

  it('keeps a feature of one kind, until no ad has it any more', async () => {
    await put({ adId: 'k-1', features: { grade: 'A' } }, { adId: 'k-2', features: { grade: 'B' } });
    const foreign = await put({ adId: 'k-1', features: { grade: 1 } });
    expect(foreign).toMatchObject({ status: 400, body: { field: 'ads[0].features.grade' } });
    expect(await put({ adId: 'k-1', features: { grade: 1 } }, { adId: 'k-2', features: { grade: 2 } })).toMatchObject({
      status: 200,
      body: { changed: 2 },
    });
  });

  it('lets the catalogue have 256 features, those of removed ads not counting', async () => {
    const wide = (prefix: string): object => ({
      adId: 'wide',
      features: Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`${prefix}${i}`, i])),
    });
    expect((await put(wide('a'))).status).toBe(200);
    expect((await put(wide('b'))).status).toBe(200);
    expect(await put({ ...wide('c'), adId: 'wider' })).toMatchObject({ status: 400, body: { field: 'ads' } });
    await call('DELETE', '/v1/ads/wide');
    expect((await put({ ...wide('c'), adId: 'wider' })).status).toBe(200);
    await call('DELETE', '/v1/ads/wider');
  });

  it.each<[string, string, string, unknown, number]>([
    ['broken JSON', 'PUT', '/v1/ads', '{"ads":', 400],
    ['a poisoned prototype', 'PUT', '/v1/ads', '{"ads":[{"adId":"p","features":{"__proto__":{"x":1}}}]}', 400],
    ['a poisoned constructor', 'PUT', '/v1/ads', '{"ads":[{"adId":"p","constructor":{"prototype":{"x":1}}}]}', 400],
    ['no list', 'PUT', '/v1/ads', { ads: 'all' }, 400],
    ['a body over the limit', 'PUT', '/v1/ads', `{"ads":[],"x":"${'x'.repeat(33 * 2 ** 20)}"}`, 413],
    ['the same body elsewhere', 'POST', '/v1/experiments', `{"x":"${'x'.repeat(9 * 2 ** 20)}"}`, 413],
    ['a wrong limit', 'GET', '/v1/ads?limit=0', undefined, 400],
    ['a wrong version', 'GET', '/v1/ads/a?version=one', undefined, 400],
    ['an unknown parameter', 'GET', '/v1/ads?since=3', undefined, 400],
    ['a cursor that no id can be', 'GET', '/v1/ads?after=%00', undefined, 400],
    ['an id that is too long', 'GET', `/v1/ads/${'x'.repeat(129)}`, undefined, 400],
    ['an id that is no UTF-8', 'GET', '/v1/ads/%ff', undefined, 400],
    ['an id that no router takes', 'GET', `/v1/ads/${'x'.repeat(2000)}`, undefined, 400],
    ['an id that is not text', 'DELETE', '/v1/ads/%00', undefined, 400],
  ])('answers %s with problem+json', async (_what, method, path, body, status) => {
    const answer = await call(method, path, body);
    expect([answer.status, answer.type]).toEqual([status, expect.stringContaining('application/problem+json')]);
  });

  it('takes a body of ten thousand ads at once', async () => {
    const before = await version();
    const ads = Array.from({ length: 10_000 }, (_, i) => ({
      adId: `bulk-${i}`,
      features: { price: i, site: 'x'.repeat(900) },
    }));
    expect((await put(...ads)).body).toEqual({ catalogueVersion: before + 1, changed: 10_000 });
  });

  it('numbers concurrent calls without gaps, and shows no version before all versions up to it', async () => {
    const before = await version();
    const calls = 16;
    let done = false;
    const writers = Promise.all(
      Array.from({ length: calls }, (_, i) =>
        put(...Array.from({ length: 3 }, (_, j) => ({ adId: `race-${i % 4}-${j}`, features: { price: i } }))),
      ),
    ).finally(() => (done = true));
    while (!done) {
      const [{ newest }] = (await rows(apps.database.url, 'SELECT version AS newest FROM ad_catalogue')) as [
        { newest: number },
      ];
      const seen = await rows<{ version: number; ads: number }>(
        apps.database.url,
        'SELECT version, count(*)::int AS ads FROM ad_version WHERE version > $1 AND version <= $2 GROUP BY 1 ORDER BY 1',
        [before, newest],
      );
      expect(seen).toEqual(Array.from({ length: newest - before }, (_, i) => ({ version: before + 1 + i, ads: 3 })));
    }
    const versions = (await writers).map(({ body }) => body['catalogueVersion'] as number).sort((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: calls }, (_, i) => before + 1 + i));
  });
});
