import { status } from '@grpc/grpc-js';
import type { PredictCall, PredictReply } from '@adlift/client';
import { proto } from '@adlift/wire';
import { TestApps } from '../setup/test-apps';
import { predictCall } from './predict-call';
import { callWithBytes, refusal, streamOnce } from './raw-grpc';

const PREDICT = '/adlift.v1.Predictor/Predict';
/** Row flags, as docs/errors.md lists them. */
const UNKNOWN_COLUMN = 32;

describe('the predictor over gRPC and HTTP', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
  }, 60_000);
  afterAll(() => apps.stop());

  it('answers with ranked, finite, calibrated scores and a token for each candidate', async () => {
    const answer = await apps.ordinary.predict(predictCall());
    expect(answer).toMatchObject({ model: 'click-lr', modelVersion: '1', fallback: false, logged: true });
    expect(answer.bundleDigest).toBe(apps.champion.bundle.digest);
    expect([...answer.rank].sort()).toEqual([1, 2, 3]);
    expect(answer.pctr.every((p) => p > 0 && p < 1)).toBe(true);
    answer.ecpmMicros.forEach((ecpm, i) =>
      expect(ecpm).toBe(Math.round(1000 * (400_000 + 100_000 * i) * (answer.pctr[i] ?? NaN))),
    );
    expect(answer.propensity.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    expect(answer.tokens.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(Array.from(answer.rowFlags)).toEqual([0, 0, 0]);
  });

  it('gives the same scores over HTTP as over gRPC', async () => {
    const grpc = await apps.ordinary.predict(predictCall());
    const http = await apps.post('/v1/predict', {
      requestId: 'http-1',
      adIds: ['ad-1', 'ad-2', 'ad-3'],
      features: { ad: [1, 2, 3], site: 'news', price: [1, 2.5, 4] },
      bidMicros: [400_000, 500_000, 600_000],
    });
    expect(http).toMatchObject({ status: 200, body: { pctr: Array.from(grpc.pctr), rank: Array.from(grpc.rank) } });
  });

  it('repeats a stand-in’s answer to a call that had too little time, however much the next one has', async () => {
    const send = (requestId: string, timeoutMs: string) =>
      apps.post('/v1/predict', { requestId, adIds: ['ad-1', 'ad-2'] }, { 'x-request-timeout-ms': timeoutMs });
    let first = await send('hurry-0', '2');
    // With a thread of the machine to spare the model may be in time.
    for (let i = 1; i < 200 && !(first.body as Partial<PredictReply>).fallback; i++)
      first = await send(`hurry-${i}`, '1');
    const { fallback, requestId = '', predictionId } = first.body as Partial<PredictReply>;
    expect(fallback).toBe(true);
    expect(await send(requestId, '1000')).toMatchObject({ status: 200, body: { fallback: true, predictionId } });
    expect(await send(`${requestId}-anew`, '1000')).toMatchObject({ status: 200, body: { fallback: false } });
  });

  it('continues the trace of the caller', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const answer = await apps.ordinary.predict(predictCall(), `00-${traceId}-00f067aa0ba902b7-01`);
    expect(answer.traceId).toBe(traceId);
  });

  it.each<[string, PredictCall]>([
    ['n', { n: 0 }],
    ['n', { n: 1001 }],
    ['request_id', { requestId: '' }],
    ['request_id', { requestId: 'x'.repeat(129) }],
    ['unit_id', { unitId: 'x'.repeat(129) }],
    ['placement', { placement: 'x'.repeat(129) }],
    ['ad_id', { adId: ['ad-1'] }],
    ['ad_id[1]', { adId: ['ad-1', '', 'ad-3'] }],
    ['ad_id[2]', { adId: ['ad-1', 'ad-2', 'ad-1'] }],
    ['campaign_id', { campaignId: ['a', 'b'] }],
    ['bid_micros', { bidMicros: [1, 2] }],
    ['bid_micros[1]', { bidMicros: [1, -2, 3] }],
    ['bid_micros[0]', { bidMicros: [1e13] }],
    ['currency', { currency: 'euro' }],
    ['bid_type', { bidType: 9 as proto.v1.BidType }],
    ['privacy', { privacy: 7 as proto.v1.Privacy }],
    ['on_overload', { onOverload: -1 as proto.v1.OnOverload }],
    ['force_variant', { forceVariant: 'nothing:here' }],
    ['columns[0].name', { columns: [{ name: '', f32: [1] }] }],
    [
      'columns[1].name',
      {
        columns: [
          { name: 'a', f32: [1] },
          { name: 'a', f32: [1] },
        ],
      },
    ],
    ['columns[0]', { columns: [{ name: 'a', f32: [1], i64: [1] }] }],
    ['columns[0] (a)', { columns: [{ name: 'a', f32: [1, 2] }] }],
    ['columns[0].raw_f32', { columns: [{ name: 'a', rawF32: Buffer.from([1, 2, 3]) }] }],
    ['columns[0] (a).idx[1]', { columns: [{ name: 'a', dict: ['x'], idx: [0, 1, 0] }] }],
    ['columns[0] (a).missing', { columns: [{ name: 'a', f32: [1, 2, 3], missing: Buffer.from([0, 0]) }] }],
  ])('refuses a malformed %s with INVALID_ARGUMENT', async (field, changes) => {
    const said = await refusal(apps.ordinary.predict(predictCall(changes)));
    expect(said).toMatchObject({ code: status.INVALID_ARGUMENT, field });
    expect(said.details).toContain(field);
  });

  it('refuses bytes that are no message, and messages cut short', async () => {
    const whole = Buffer.from(proto.v1.PredictRequest.encode(predictCall()).finish());
    for (const bytes of [Buffer.from([0xff, 0xff, 0xff]), whole.subarray(0, whole.length - 3)]) {
      expect((await refusal(callWithBytes(apps.grpcAddress, PREDICT, bytes))).code).toBe(status.INVALID_ARGUMENT);
    }
  });

  it.each<[string, string, object]>([
    ['requestId', 'requestId', { requestId: 7 }],
    ['adIds', 'adIds', { adIds: 'ad-1' }],
    ['adIds', 'adIds', { adIds: [] }],
    ['bidMicros', 'bidMicros[0]', { bidMicros: 0.5 }],
    ['features', 'features.a', { features: { a: [1, 'two'] } }],
    ['features', 'features.', { features: { '': 1 } }],
    ['tokens', 'tokens', { tokens: -1 }],
    ['privacy', 'privacy', { privacy: 'SOME' }],
    ['body', '', { surprise: 1 }],
  ])('refuses a malformed %s with 400 and the path "%s"', async (_what, field, changes) => {
    const { status: code, type, body } = await apps.post('/v1/predict', { requestId: 'r', adIds: ['a'], ...changes });
    expect([code, type]).toEqual([400, expect.stringContaining('application/problem+json')]);
    expect(body).toMatchObject({ code: 'invalid_argument', status: 400, ...(field === '' ? {} : { field }) });
  });

  it.each([
    ['broken JSON', '{"requestId":', 400],
    ['no object', '[]', 400],
    ['a poisoned prototype', '{"__proto__": {"requestId": "x"}}', 400],
    ['a body over the limit', JSON.stringify({ requestId: 'r', adIds: ['a'], placement: 'x'.repeat(2 ** 21) }), 413],
  ])('answers %s with problem+json', async (_what, text, code) => {
    const answer = await apps.post('/v1/predict', text);
    expect([answer.status, answer.type]).toEqual([code, expect.stringContaining('application/problem+json')]);
  });

  it('answers a request with unknown and absent features, and flags its rows', async () => {
    const answer = await apps.ordinary.predict(predictCall({ columns: [{ name: 'no-such-feature', f32: [1] }] }));
    expect(answer.fallback).toBe(false);
    expect(answer.pctr.every((p) => p > 0 && p < 1)).toBe(true);
    expect(answer.rowFlags.every((flags) => (flags & UNKNOWN_COLUMN) !== 0)).toBe(true);
    const bare = await apps.ordinary.predict(predictCall({ columns: [] }));
    expect(bare.rowFlags.every((flags) => flags !== 0 && (flags & UNKNOWN_COLUMN) === 0)).toBe(true);
  });

  it('takes a non-finite feature for missing and flags that row alone', async () => {
    const price = Buffer.from(Float32Array.of(1, NaN, Infinity).buffer);
    const columns = [
      { name: 'ad', i64: [1] },
      { name: 'site', dict: ['news'], idx: [0] },
      { name: 'price', rawF32: price },
    ];
    const answer = await apps.ordinary.predict(predictCall({ columns }));
    expect(answer.pctr.every((p) => p > 0 && p < 1)).toBe(true);
    expect(Array.from(answer.rowFlags, (flags) => flags !== 0)).toEqual([false, true, true]);
  });

  it('takes columns without values for absent', async () => {
    const empty = { name: 'price', dict: [], rawF32: Buffer.alloc(0) };
    const answer = await apps.ordinary.predict(predictCall({ columns: [empty, { name: 'site', dict: ['news'] }] }));
    expect([answer.fallback, answer.rowFlags.length]).toEqual([false, 3]);
  });

  it('neither logs nor exposes a request with limited privacy', async () => {
    const answer = await apps.ordinary.predict(
      predictCall({ unitId: 'private-unit', privacy: proto.v1.Privacy.LIMITED }),
    );
    expect(answer.logged).toBe(false);
    expect(answer.assignments.every(({ reason }) => reason === 'no_unit')).toBe(true);
  });

  it('lists its services by reflection and says that it serves', async () => {
    const list = Buffer.from([0x3a, 1, 0x2a]);
    const services = await streamOnce(
      apps.grpcAddress,
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      list,
    );
    for (const name of ['adlift.v1.Predictor', 'adlift.v1.Events']) expect(services.toString('latin1')).toContain(name);
    const serving = Buffer.from([0x08, 1]);
    for (const service of ['', 'adlift.v1.Predictor', 'adlift.v1.Events']) {
      const question = Buffer.from([0x0a, service.length, ...Buffer.from(service)]);
      expect(await callWithBytes(apps.grpcAddress, '/grpc.health.v1.Health/Check', question)).toEqual(serving);
    }
  });

  it('tells unknown credentials apart from none', async () => {
    const answer = await apps.post('/v1/events', { events: [] }, { authorization: 'Bearer who-is-this-anyway' });
    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated', field: 'authorization' } });
  });
});
