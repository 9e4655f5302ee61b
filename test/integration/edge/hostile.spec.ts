import { randomBytes } from 'node:crypto';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { edge, freshTokens, signed, type EdgeAnswer } from './edge-calls';

const LANDING = 'https://shop.example/';
const UNREADABLE = 'rejected malformed: the token cannot be read';
const TWO_MB = 'x'.repeat(2 ** 21);

interface Case {
  readonly what: string;
  readonly query: (token: string, other: string) => string;
  readonly status: number;
  readonly reason: string | RegExp;
}

describe('the edge and what should not reach it', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
    const ads = ['ad-1', 'ad-2', 'ad-3'].map((adId) => ({ adId, landingUrl: LANDING, features: {} }));
    const { catalogueVersion: version } = await apps.admin.putAds(ads);
    await until('the catalogue to arrive', async () => (await apps.state()).catalogue.version >= version);
  }, 60_000);
  afterAll(() => apps.stop());

  const reasonOf = ({ body, event }: EdgeAnswer): string =>
    event === '' ? ((body as { reason?: string }).reason ?? '') : event.replace(/^rejected /, '');

  it('turns away every token with one byte changed, and still answers pixels with their image', async () => {
    const [token = ''] = await freshTokens(apps);
    const bytes = Buffer.from(token, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] ^= 0x10;
      const click = await edge(apps, `/t/c/${changed.toString('base64url')}`);
      expect([click.status, click.location, click.type]).toEqual([400, null, 'application/problem+json']);
      expect(reasonOf(click)).toMatch(/^token_(malformed|unknown_key|tampered)$/);
    }
    expect(await edge(apps, `/t/i/${token.slice(0, -2)}`)).toMatchObject({
      status: 200,
      type: 'image/gif',
      event: 'rejected token_tampered',
    });
    await until('clicks and impressions to be listed', async () => {
      const { events } = await apps.admin.rejectedEvents({ reason: 'token_tampered', limit: '1000' });
      return ['click', 'impression'].every((kind) => events.some((event) => event.kind === kind));
    });
  });

  it.each<Case>([
    {
      what: 'a charge above the bid',
      query: (t) => signed('charge', t, '400001'),
      status: 302,
      reason: 'charge_above_bid',
    },
    { what: 'a negative charge', query: (t) => signed('charge', t, '-5'), status: 302, reason: 'charge_negative' },
    {
      what: 'a charge that is no number',
      query: (t) => signed('charge', t, 'NaN'),
      status: 302,
      reason: /^malformed: charge/,
    },
    { what: 'half a micro', query: (t) => signed('charge', t, '0.5'), status: 302, reason: /^malformed: charge/ },
    { what: 'a place that is no number', query: () => 'position=first', status: 302, reason: /^malformed: position/ },
    { what: 'a place out of range', query: () => 'position=-1', status: 302, reason: 'position_out_of_range' },
    { what: 'an unsigned charge', query: () => 'charge=5', status: 302, reason: 'signature_malformed' },
    {
      what: 'a macro nobody filled in',
      query: () => 'charge=%24%7BPRICE%7D&sig=',
      status: 302,
      reason: 'signature_malformed',
    },
    {
      what: 'a charge signed for another candidate',
      query: (_, o) => signed('charge', o, '5'),
      status: 302,
      reason: 'signature_invalid',
    },
    {
      what: 'a URL signed for another candidate',
      query: (_, o) => signed('to', o, LANDING),
      status: 400,
      reason: 'signature_invalid',
    },
    {
      what: 'an unsigned URL',
      query: () => 'to=https%3A%2F%2Fevil.example',
      status: 400,
      reason: 'signature_malformed',
    },
    {
      what: 'another URL than was signed',
      query: (t) => signed('to', t, LANDING).replace('shop', 'evil'),
      status: 400,
      reason: 'signature_invalid',
    },
    {
      what: 'a charge’s signature for a URL',
      query: (t) => signed('charge', t, LANDING).replace('charge', 'to').replace('sig', 'to_sig'),
      status: 400,
      reason: 'signature_invalid',
    },
    {
      what: 'an unknown edge key',
      query: (t) => signed('to', t, LANDING, `9:${randomBytes(32).toString('base64')}`),
      status: 400,
      reason: 'signature_unknown_key',
    },
    {
      what: 'a signed script',
      query: (t) => signed('to', t, 'javascript:alert(1)'),
      status: 400,
      reason: 'url_not_allowed',
    },
    {
      what: 'two URLs',
      query: (t) => `${signed('to', t, LANDING)}&to=https://evil.example`,
      status: 400,
      reason: 'url_repeated',
    },
    {
      what: 'two charges',
      query: (t) => `${signed('charge', t, '5')}&charge=6`,
      status: 302,
      reason: 'malformed: charge is there more than once',
    },
    { what: 'two places', query: () => 'position=1&position=2', status: 302, reason: /^malformed: position/ },
  ])('answers the click with $what: $status', async ({ query, status, reason }) => {
    const [token = '', other = ''] = await freshTokens(apps);
    const answer = await edge(apps, `/t/c/${token}?${query(token, other)}`);
    expect([answer.status, answer.location]).toEqual([status, status === 302 ? LANDING : null]);
    expect(reasonOf(answer)).toMatch(reason);
    expect(await edge(apps, `/t/i/${token}?${query(token, other)}`)).toMatchObject({ status: 200, type: 'image/gif' });
  });

  it.each<[string, string]>([
    ['a slash at the end', '/t/c/TOKEN/'],
    ['two slashes', '//t//c/TOKEN'],
    ['a parameter of somebody else, twice', '/t/c/TOKEN?utm_source=a&utm_source=b'],
    ['a field of postbacks, twice', '/t/c/TOKEN?kind=a&kind=b'],
    ['a list of somebody else', '/t/c/TOKEN?x[]=1&x[]=2&__proto__=1'],
  ])('redirects a click with %s', async (_what, path) => {
    const [token = ''] = await freshTokens(apps);
    const answer = await edge(apps, path.replace('TOKEN', token));
    expect(answer).toMatchObject({ status: 302, location: LANDING, event: 'accepted' });
  });

  it('sends nobody to a URL with a user name before the host', async () => {
    const [token = ''] = await freshTokens(apps);
    const answer = await edge(apps, `/t/c/${token}?${signed('to', token, 'https://shop.example@evil.example/')}`);
    expect([answer.status, reasonOf(answer)]).toEqual([400, 'url_not_allowed']);
  });

  it.each<[string, string, string | undefined]>([
    ['broken escapes', '/t/i/%zz', undefined],
    ['a token of 5,000 characters', `/t/v/${'A'.repeat(5000)}`, undefined],
    ['a look only', '/t/i/TOKEN', 'HEAD'],
  ])('answers a pixel with %s as an image', async (_what, path, method = 'GET') => {
    const [token = ''] = await freshTokens(apps);
    const answer = await edge(apps, path.replace('TOKEN', token), { method });
    expect(answer).toMatchObject({ status: 200, type: 'image/gif', event: method === 'HEAD' ? '' : UNREADABLE });
  });

  it('takes a body of which nothing is meant for it', async () => {
    const [token = ''] = await freshTokens(apps);
    const body = '{"__proto__": {"reason": "x"}, "constructor": [1]}';
    expect(await edge(apps, `/t/h/${token}`, { method: 'POST', body })).toMatchObject({
      status: 200,
      event: 'accepted',
    });
  });

  it('does not repeat a key that came with an unknown path', async () => {
    const { status, body } = await edge(apps, '/t/q?key=a-key-of-somebody');
    expect(status).toBe(404);
    expect(JSON.stringify(body)).not.toContain('a-key-of-somebody');
  });

  it('redirects the click of a token that has expired', async () => {
    const [token = ''] = await freshTokens(apps);
    const realNow = Date.now;
    try {
      Date.now = () => realNow() + 31 * 86_400_000;
      const answer = await edge(apps, `/t/c/${token}`);
      expect(answer).toMatchObject({ status: 302, location: LANDING, event: 'rejected token_expired' });
    } finally {
      Date.now = realNow;
    }
  });

  it.each<[string, string, RequestInit, number]>([
    ['2 MB to a beacon', '/t/h/TOKEN', { method: 'POST', body: TWO_MB }, 413],
    ['broken JSON', '/t/v/TOKEN', { method: 'POST', body: '{"position": ' }, 400],
    ['a list', '/t/h/TOKEN', { method: 'POST', body: '[1]' }, 400],
    ['a nested field', '/t/h/TOKEN', { method: 'POST', body: '{"reason": {"a": 1}}' }, 400],
    ['a forged token', '/t/h/forged', { method: 'POST' }, 400],
    ['no token', '/t/c/', {}, 404],
    ['broken escapes', '/t/c/%zz', {}, 400],
    ['another path', '/t/x/TOKEN', {}, 404],
    ['another verb', '/t/c/TOKEN', { method: 'DELETE' }, 404],
    ['the predictor’s own paths', '/v1/status', {}, 404],
  ])('answers %s without an error of its own', async (_what, path, init, status) => {
    const [token = ''] = await freshTokens(apps);
    const answer = await edge(apps, path.replace('TOKEN', token), init);
    expect([answer.status, answer.type]).toEqual([status, 'application/problem+json']);
  });
});
