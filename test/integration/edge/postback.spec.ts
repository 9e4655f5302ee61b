import { rows } from '../setup/rows';
import { KEYS, TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { edge, freshTokens, type EdgeAnswer } from './edge-calls';

const AUTHORIZED = { authorization: `Bearer ${KEYS.network}` };

describe('postbacks from other servers', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
  }, 60_000);
  afterAll(() => apps.stop());

  const get = (fields: Record<string, string>, headers: Record<string, string> = AUTHORIZED): Promise<EdgeAnswer> =>
    edge(apps, `/t/p?${new URLSearchParams(fields).toString()}`, { headers });
  const post = (body: unknown, headers: Record<string, string> = AUTHORIZED): Promise<EdgeAnswer> =>
    edge(apps, '/t/p', { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

  it('stores a conversion, its refund and an invalidation, by URL, form or JSON', async () => {
    const [token = ''] = await freshTokens(apps, { bidType: 3 });
    const sale = {
      token,
      conversion_id: 'order-7',
      kind: 'sale',
      value: '25000000',
      charge: '300000',
      currency: 'EUR',
    };
    expect(await get(sale)).toMatchObject({ status: 200, body: { status: 'accepted' } });
    const refund = { ...sale, conversion_id: 'order-7-refund', value: -25_000_000, charge: -300_000 };
    expect(await post(refund)).toMatchObject({ status: 200, body: { status: 'accepted' } });
    const invalid = new URLSearchParams({ token, event: 'invalidate', reason: 'fraud' });
    const form = { ...AUTHORIZED, 'content-type': 'application/x-www-form-urlencoded' };
    expect(await post(invalid.toString(), form)).toMatchObject({ status: 200, body: { status: 'accepted' } });
    const stored = await until('all to be stored', async () => {
      const found = await rows<{ value: string; charged: string }>(
        apps.database.url,
        "SELECT value_micros AS value, charged_micros AS charged FROM conversion WHERE conversion_id LIKE 'order-7%' ORDER BY value_micros",
      );
      const feedback = await rows(apps.database.url, "SELECT 1 FROM feedback WHERE reason = 'fraud'");
      return found.length === 2 && feedback.length === 1 && found;
    });
    expect(stored).toEqual([
      { value: '-25000000', charged: '-300000' },
      { value: '25000000', charged: '300000' },
    ]);
  });

  it('takes its key from the URL where a network can send no header', async () => {
    const [token = ''] = await freshTokens(apps);
    expect(await get({ token, conversion_id: 'c', key: KEYS.network }, {})).toMatchObject({ status: 200 });
    const proxied = { authorization: `Basic ${Buffer.from('proxy:secret').toString('base64')}` };
    expect(await get({ token, conversion_id: 'd', key: KEYS.network }, proxied)).toMatchObject({ status: 200 });
  });

  it.each<[string, Record<string, string>, number, string, RegExp]>([
    ['no key', {}, 401, 'unauthenticated', /"postback"/],
    ['an unknown key', { authorization: 'Bearer not-a-key-of-anybody' }, 401, 'unauthenticated', /not known/],
    ['a key without the scope', { authorization: `Bearer ${KEYS.importer}` }, 403, 'permission_denied', /"postback"/],
  ])('refuses %s, saying what is needed', async (_what, headers, status, code, detail) => {
    const [token = ''] = await freshTokens(apps);
    expect(await get({ token, conversion_id: 'c' }, headers)).toMatchObject({
      status,
      type: 'application/problem+json',
      body: { code, detail: expect.stringMatching(detail) as string },
    });
  });

  it.each<[Record<string, string>, string]>([
    [{ conversion_id: '' }, 'conversion_without_id'],
    [{ currency: 'USD' }, 'foreign_currency'],
    [{ charge: '5' }, 'charge_not_due'],
    [{ value: '2000000000000000' }, 'value_out_of_range'],
    [{ time: String(Date.now() + 3_600_000) }, 'time_in_future'],
    [{ time: '1' }, 'time_before_prediction'],
    [{ kind: 'x'.repeat(201) }, 'text_too_long'],
  ])('rejects %j with %s', async (change, reason) => {
    const [token = ''] = await freshTokens(apps);
    const answer = await get({ token, conversion_id: 'c', ...change });
    expect(answer).toMatchObject({ status: 200, body: { status: 'rejected', reason } });
  });

  it.each<[Record<string, string>, string]>([
    [{ value: 'NaN' }, 'value'],
    [{ value: '1e9' }, 'value'],
    [{ charge: '12.50' }, 'charge'],
    [{ time: 'yesterday' }, 'time'],
    [{ event: 'click' }, 'event'],
    [{ event: '__proto__' }, 'event'],
    [{ token: 'forged' }, 'token'],
    [{ token: '' }, 'token'],
  ])('calls %j malformed, naming %s', async (change, field) => {
    const [token = ''] = await freshTokens(apps);
    const answer = await get({ token, conversion_id: 'c', ...change });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_argument', field } });
  });

  it.each([
    ['broken JSON', '{"token": ', 400],
    ['a number', '3', 400],
    ['2 MB', 'x'.repeat(2 ** 21), 413],
  ])('answers %s without an error of its own', async (_what, body, status) => {
    expect(await post(body)).toMatchObject({ status, type: 'application/problem+json' });
  });
});
