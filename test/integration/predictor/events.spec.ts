import { status } from '@grpc/grpc-js';
import type { AdServerClient, EventMessage } from '@adlift/client';
import { proto } from '@adlift/wire';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { predictCall } from './predict-call';
import { refusal } from './raw-grpc';

const { CLICK, CONVERSION, EXPOSURE, IMPRESSION } = proto.v1.EventKind;
const { ACCEPTED, DUPLICATE, REJECTED } = proto.v1.EventStatus;
const RECORD = '/v1/events';

describe('events over gRPC and HTTP', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
  }, 60_000);
  afterAll(() => apps.stop());

  /** Tokens of a fresh prediction, by candidate. */
  async function freshTokens(): Promise<string[]> {
    const { tokens } = await apps.ordinary.predict(predictCall());
    return tokens.map(({ token }) => token ?? '');
  }

  async function statusOf(event: EventMessage, caller: AdServerClient = apps.ordinary): Promise<string> {
    const [result] = await caller.recordEvents([event]);
    return result?.status === REJECTED ? (result.reason ?? '') : proto.v1.EventStatus[result?.status ?? 0];
  }

  it('counts an event that is reported twice once, over either transport', async () => {
    const [token] = await freshTokens();
    const click = { kind: CLICK, token, chargedMicros: 300_000, timeMs: Date.now() };
    expect(await statusOf(click)).toBe('ACCEPTED');
    expect(await statusOf(click)).toBe('DUPLICATE');
    const http = await apps.post(RECORD, { events: [{ ...click, kind: 'click' }] });
    expect(http.body).toEqual({ results: [{ status: 'duplicate', reason: 'already_recorded' }] });
    const both = await apps.ordinary.recordEvents([
      { ...click, chargedMicros: 1 },
      { ...click, kind: IMPRESSION, chargedMicros: 0 },
    ]);
    expect(both.map((result) => result.status)).toEqual([proto.v1.EventStatus.CONFLICT, ACCEPTED]);
  });

  it('calls the retry of an event without a time a duplicate', async () => {
    const [token] = await freshTokens();
    expect(await statusOf({ kind: CLICK, token })).toBe('ACCEPTED');
    expect(await statusOf({ kind: CLICK, token })).toBe('DUPLICATE');
  });

  it('rejects tokens that are tampered with, of another key, or no tokens, and lists them', async () => {
    const [token = ''] = await freshTokens();
    const middle = token.length >> 1;
    const tampered = token.slice(0, middle) + (token[middle] === 'A' ? 'B' : 'A') + token.slice(middle + 1);
    const foreign = Buffer.from(token, 'base64url');
    foreign[1] = 9;
    expect(await statusOf({ kind: CLICK, token: tampered })).toBe('token_tampered');
    expect(await statusOf({ kind: CLICK, token: foreign.toString('base64url') })).toBe('token_unknown_key');
    expect(await statusOf({ kind: CLICK, token: 'not-a-token' })).toBe('token_malformed');
    const listed = await until('the rejections to be listed', async () => {
      const found = await rows<{ reason: string }>(
        apps.database.url,
        "SELECT DISTINCT reason FROM event_rejected WHERE reason LIKE 'token%' ORDER BY 1",
      );
      return found.length >= 3 && found;
    });
    expect(listed.map(({ reason }) => reason)).toEqual(['token_malformed', 'token_tampered', 'token_unknown_key']);
  });

  it('lists a forged token that jsonb could not hold', async () => {
    await apps.post(RECORD, { events: [{ kind: 'click', token: 'forged \ud800 \\u0000 \0' }] });
    await until('the rejection to be listed', async () => {
      const sql = "SELECT 1 FROM event_rejected WHERE detail ->> 'tokenStart' LIKE 'forged %'";
      return (await rows(apps.database.url, sql)).length === 1;
    });
  });

  it('rejects an answer’s ticket where a token is due', async () => {
    const { ticket } = await apps.ordinary.predict(predictCall({ wantTokens: { top: 1 } }));
    expect(await statusOf({ kind: CLICK, token: ticket })).toBe('token_is_ticket');
  });

  it.each<[string, EventMessage]>([
    ['unknown_kind', { kind: 0 }],
    ['unknown_kind', { kind: 99 as proto.v1.EventKind }],
    ['exposure_not_allowed', { kind: EXPOSURE }],
    ['time_before_prediction', { kind: CLICK, timeMs: 1 }],
    ['time_before_prediction', { kind: CLICK, timeMs: -5 }],
    ['time_in_future', { kind: CLICK, timeMs: Number.MAX_SAFE_INTEGER }],
    ['conversion_without_id', { kind: CONVERSION }],
    ['position_out_of_range', { kind: IMPRESSION, position: 4_000_000_000 }],
    ['value_out_of_range', { kind: CONVERSION, conversionId: 'c', valueMicros: 2e15 }],
    ['text_too_long', { kind: CONVERSION, conversionId: 'c'.repeat(201) }],
    ['foreign_currency', { kind: CLICK, currency: 'USD' }],
    ['charge_not_due', { kind: IMPRESSION, chargedMicros: 5 }],
    ['charge_negative', { kind: CLICK, chargedMicros: -5 }],
    ['charge_above_bid', { kind: CLICK, chargedMicros: 600_001 }],
  ])('rejects with %s what cannot be true: %j', async (reason, event) => {
    const tokens = await freshTokens();
    expect(await statusOf({ ...event, token: tokens[2] })).toBe(reason);
  });

  it('takes a time in the future only from a credential that may simulate it', async () => {
    const [first, second] = await freshTokens();
    const inAnHour = Date.now() + 3_600_000;
    expect(await statusOf({ kind: CLICK, token: first, timeMs: inAnHour })).toBe('time_in_future');
    expect(await statusOf({ kind: CLICK, token: first, timeMs: inAnHour }, apps.player)).toBe('ACCEPTED');
    const inTwoDays = inAnHour + 2 * 86_400_000;
    expect(await statusOf({ kind: CLICK, token: second, timeMs: inTwoDays }, apps.player)).toBe('time_in_future');
  });

  it('stores the neighbours of every kind of bad event, and names what is wrong with each', async () => {
    const [first = '', second = '', third = ''] = await freshTokens();
    const { status: code, body } = await apps.post(RECORD, {
      events: [
        { kind: 'impression', token: first },
        { kind: 'click', token: first, timeMs: 'yesterday' },
        null,
        { kind: 7, token: first },
        'click',
        { kind: 'click', token: second, chargedMicros: 1.5 },
        { kind: 'click', token: { $gt: '' } },
        { kind: 'viewed', token: third },
        { kind: 'impression', token: third, viewable: 'perhaps' },
        { kind: 'conversion', token: second, conversionId: 'a\0b\ud800', conversionKind: '\u2028' },
        { kind: 'impression', token: second, position: 2 },
        { kind: 'click', token: third, chargeMicros: 5 },
      ],
    });
    expect(code).toBe(200);
    const { results } = body as { results: { status: string; reason: string }[] };
    expect(results.map((result) => result.status)).toEqual([
      'accepted',
      ...Array.from({ length: 8 }, () => 'rejected'),
      'rejected',
      'accepted',
      'rejected',
    ]);
    expect(results[11]?.reason).toMatch(/^malformed: .*chargeMicros/);
    expect(results[1]?.reason).toMatch(/^malformed: timeMs: /);
    expect(results[5]?.reason).toMatch(/^malformed: chargedMicros: /);
    expect(results[7]?.reason).toBe('unknown_kind');
  });

  it.each<[string, unknown, number, string]>([
    [
      'more than 1000 events',
      { events: Array.from({ length: 1001 }, () => ({ kind: 'click', token: 'x' })) },
      400,
      'events',
    ],
    ['more than 1000 malformed events', { events: Array.from({ length: 1001 }, () => 0) }, 400, 'events'],
    ['broken JSON', '{"events": [', 400, ''],
    ['an empty body', '', 400, ''],
    ['no list', { events: 'click' }, 400, 'events'],
    ['a list alone', [], 400, ''],
    ['a number', '3', 400, ''],
    ['null', 'null', 400, ''],
    ['a poisoned prototype', '{"events": [], "__proto__": {"a": 1}}', 400, ''],
    ['deep nesting', `{"events": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 200, ''],
    ['2 MB', { events: [{ kind: 'click', token: 'x'.repeat(2 ** 21) }] }, 413, ''],
  ])('answers %s without an error of its own', async (_what, sent, code, field) => {
    const answer = await apps.post(RECORD, sent);
    expect(answer.status).toBe(code);
    if (code === 200) return;
    expect(answer.type).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: code, ...(field === '' ? {} : { field }) });
  });

  it('answers an unknown content type and an unknown path with problem+json', async () => {
    expect((await apps.post(RECORD, '<a/>', { 'content-type': 'application/xml' })).status).toBe(415);
    expect(await apps.post('/v1/nothing', {})).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('takes exactly 1000 events and refuses 1001 over gRPC', async () => {
    const events = Array.from({ length: 1001 }, () => ({ kind: CLICK, token: 'x' }));
    expect(await refusal(apps.ordinary.recordEvents(events))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      field: 'events',
    });
    expect(await apps.ordinary.recordEvents(events.slice(1))).toHaveLength(1000);
    const large = [{ kind: CLICK, token: 'x'.repeat(1 << 20) }];
    expect(await refusal(apps.ordinary.recordEvents(large))).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
  });

  it('says the same of equal events within one call', async () => {
    const [token] = await freshTokens();
    const click = { kind: CLICK, token, timeMs: Date.now() };
    const results = await apps.ordinary.recordEvents([click, click, click]);
    expect(results.map((result) => result.status)).toEqual([ACCEPTED, DUPLICATE, DUPLICATE]);
  });
});
