import { status } from '@grpc/grpc-js';
import { proto } from '@adlift/wire';
import { predictCall } from '../predictor/predict-call';
import { callWithBytes, refusal } from '../predictor/raw-grpc';
import { KEYS, TestApps } from '../setup/test-apps';

const many = (n: number): string[] => Array.from({ length: n }, (_, i) => `ad-${i}`);

describe('Explain, asked for what cannot be', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
  }, 60_000);
  afterAll(() => apps.stop());

  it.each<[string, string, proto.v1.IExplainRequest]>([
    ['an index out of range', 'index[1]', { request: predictCall(), index: [0, 3] }],
    ['an index twice', 'index[2]', { request: predictCall(), index: [0, 1, 0] }],
    [
      'more than it explains',
      'index',
      { request: predictCall({ n: 101, adId: many(101), columns: [], bidMicros: [] }) },
    ],
    ['too many candidates', 'request.n', { request: predictCall({ n: 1001 }) }],
    ['an unknown variant', 'request.force_variant', { request: predictCall({ forceVariant: 'no:such' }) }],
    [
      'a malformed column',
      'request.columns[0] (a)',
      { request: predictCall({ columns: [{ name: 'a', f32: [1, 2] }] }) },
    ],
    ['no request', '(message)', { index: [0] }],
  ])('refuses %s with INVALID_ARGUMENT', async (_what, field, call) => {
    const said = await refusal(apps.ordinary.explain(call));
    expect(said).toMatchObject({ code: status.INVALID_ARGUMENT, field });
  });

  it('refuses bytes that are no message', async () => {
    const sent = callWithBytes(apps.grpcAddress, '/adlift.v1.Predictor/Explain', Buffer.from([0x0a, 0x7f, 0x01]));
    expect(await refusal(sent)).toMatchObject({ code: status.INVALID_ARGUMENT, field: '(message)' });
  });

  it.each<[string, object]>([
    ['index[0]', { index: [-1] }],
    ['index[0]', { index: [1.5] }],
    ['index', { index: 'all' }],
    ['index[0]', { index: [1] }],
    ['forceVariant', { forceVariant: 'no:such' }],
    ['adIds', { adIds: [] }],
    ['', { surprise: 1 }],
  ])('refuses a malformed %s with 400', async (field, changes) => {
    const answer = await apps.post('/v1/explain', { requestId: 'r', adIds: ['a'], ...changes });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_argument', ...(field !== '' && { field }) } });
  });

  it('keeps the deadline of the call', async () => {
    const body = { requestId: 'r', adIds: many(100), features: {} };
    const late = await apps.post('/v1/explain', body, { 'x-request-timeout-ms': '0.001' });
    expect(late).toMatchObject({ status: 504, body: { code: 'deadline_exceeded' } });
  });

  it('answers or refuses each of many calls at once, and counts them', async () => {
    const calls = Array.from({ length: 40 }, () => apps.ordinary.explain({ request: predictCall() }));
    const codes = await Promise.all(
      calls.map((call) =>
        call.then(
          () => status.OK,
          ({ code }: { code: status }) => code,
        ),
      ),
    );
    expect(codes).toContain(status.OK);
    const other = codes.filter((code) => code !== status.OK && code !== status.RESOURCE_EXHAUSTED);
    expect(other).toEqual([]);
    const metrics = await (await fetch(`${apps.predictorUrl}/metrics`)).text();
    const counted = /^adlift_explain_requests_total\{outcome="linear"\} (\d+)/m.exec(metrics)?.[1];
    expect(Number(counted)).toBe(codes.filter((code) => code === status.OK).length);
  });

  it('says that it cannot while no scoring thread lives', async () => {
    await apps.post('/v1/faults/kill-scoring-worker', {}, { authorization: `Bearer ${KEYS.player}` });
    const said = await refusal(apps.ordinary.explain({ request: predictCall() }));
    expect(said.code).toBe(status.UNAVAILABLE);
  });
});
