import { randomBytes } from 'node:crypto';
import { inHeadSample, telemetry } from '@adlift/telemetry';
import { rows } from '../setup/rows';
import { KEYS, TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { predictCall } from '../predictor/predict-call';
import { refusal } from '../predictor/raw-grpc';

const CALLS = 1500;

describe('sampling of traces at 1 %', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
  }, 60_000);
  afterAll(() => apps.stop());

  it('keeps the head sample, every error and fallback, the slowest, and little else', async () => {
    expect(telemetry().sampleRate).toBe(0.01);
    const answered: { traceId: string; totalUs: number; fallback: boolean }[] = [];
    const call = async (): Promise<void> => {
      const { traceId, timing, fallback } = await apps.ordinary.predict(predictCall(), newTraceparent());
      answered.push({ traceId, totalUs: timing?.totalUs ?? 0, fallback });
    };
    const failed: string[] = [];
    for (let i = 0; i < CALLS; i += 10) await Promise.all(Array.from({ length: 10 }, call));
    for (let i = 0; i < 10; i++) {
      const traceparent = newTraceparent();
      await refusal(apps.ordinary.predict(predictCall({ n: 0 }), traceparent));
      failed.push(traceparent.slice(3, 35));
    }
    await apps.post('/v1/faults/kill-scoring-worker', {}, { authorization: `Bearer ${KEYS.player}` });
    await call();
    // The slowest of a second are known when the second is past: the next call that comes hands them over.
    await until('a second to pass', async () => {
      await call();
      return (await stored()).has(slowest().traceId);
    });

    // Every wanted trace is waited for: those of the last fallbacks may still lie in a batch when the first ones are stored.
    const fallbacks = answered.filter(({ fallback }) => fallback);
    const sampled = answered.filter(({ traceId }) => inHeadSample(traceId, 0.01));
    expect(fallbacks.length).toBeGreaterThan(0);
    const wanted = [...failed, ...[...sampled, ...fallbacks, slowest()].map(({ traceId }) => traceId)];
    const kept = await until('the spans to be stored', async () => {
      const traces = await stored();
      return wanted.every((traceId) => traces.has(traceId)) && traces;
    });
    expect(kept.size).toBeLessThan(CALLS / 4);

    function slowest(): { traceId: string } {
      return answered.reduce((a, b) => (b.totalUs > a.totalUs ? b : a));
    }
  }, 60_000);

  async function stored(): Promise<Set<string>> {
    const found = await rows<{ trace_id: string }>(apps.database.url, 'SELECT trace_id FROM span GROUP BY 1', []);
    return new Set(found.map(({ trace_id }) => trace_id));
  }
});

function newTraceparent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;
}
