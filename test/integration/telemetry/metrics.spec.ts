import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { predictCall } from '../predictor/predict-call';
import { refusal } from '../predictor/raw-grpc';
import { KEYS, TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

/** Every name of ours that docs/metrics.md lists. */
const DOCUMENTED = new Set(
  readFileSync(join(__dirname, '../../../docs/metrics.md'), 'utf8').match(/(?<=^\| `)adlift_[a-z_]+/gm) ?? [],
);

describe('the metrics', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
  }, 60_000);
  afterAll(() => apps.stop());

  it('have the names that the documentation lists, and no others', async () => {
    // A histogram shows nothing before it has measured something.
    await apps.post('/v1/predict', { requestId: 'metrics-0', adIds: ['a'] });
    const exposed = new Set<string>();
    for (const url of [apps.predictorUrl, apps.experimentsUrl]) {
      const answer = await fetch(`${url}/metrics`);
      expect(answer.headers.get('content-type')).toContain('text/plain');
      for (const [name] of (await answer.text()).matchAll(/^adlift_[a-z_]+/gm)) exposed.add(seriesOf(name));
    }
    expect([...exposed].sort()).toEqual([...DOCUMENTED].sort());
  });

  it('count calls by outcome, and time them', async () => {
    const body = { requestId: 'metrics-1', adIds: ['a', 'b'], features: {} };
    const before = await predictorMetrics();
    expect((await apps.post('/v1/predict', body)).status).toBe(200);
    expect((await apps.post('/v1/predict', { ...body, adIds: [] })).status).toBe(400);
    expect((await apps.post('/v1/predict', body)).status).toBe(200);
    await apps.post('/v1/faults/kill-scoring-worker', {}, { authorization: `Bearer ${KEYS.player}` });
    expect((await apps.post('/v1/predict', { ...body, requestId: 'metrics-2', adIds: ['never-scored'] })).status).toBe(
      200,
    );
    const after = await predictorMetrics();
    const grown = (series: string): number => (after.get(series) ?? 0) - (before.get(series) ?? 0);
    expect(grown('adlift_predict_requests_total{outcome="model"}')).toBe(1);
    expect(grown('adlift_predict_requests_total{outcome="invalid_argument"}')).toBe(1);
    expect(grown('adlift_predict_requests_total{outcome="repeated"}')).toBe(1);
    expect(grown('adlift_predict_requests_total{outcome="fallback"}')).toBe(1);
    expect(grown('adlift_predict_fallbacks_total{source="prior"}')).toBe(1);
    expect(grown('adlift_predict_duration_seconds_count')).toBe(2);
    await until('the worker to be replaced', async () => (await apps.state()).scoring.ready);
    expect((await predictorMetrics()).get('adlift_scoring_restarts')).toBeGreaterThan(0);
  });

  it('count calls over gRPC by method and status', async () => {
    const before = await predictorMetrics();
    await apps.ordinary.predict(predictCall());
    await refusal(apps.ordinary.predict(predictCall({ n: 0 })));
    const after = await predictorMetrics();
    const grown = (code: string): number => {
      const series = `adlift_grpc_calls_total{method="/adlift.v1.Predictor/Predict",code="${code}"}`;
      return (after.get(series) ?? 0) - (before.get(series) ?? 0);
    };
    expect([grown('OK'), grown('INVALID_ARGUMENT')]).toEqual([1, 1]);
    expect(after.get('adlift_grpc_connections')).toBeGreaterThan(0);
    expect(after.get('adlift_grpc_connections_ended_total{reason="fault"}')).toBe(0);
  });

  async function predictorMetrics(): Promise<Map<string, number>> {
    const text = await (await fetch(`${apps.predictorUrl}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [
        line.slice(0, line.lastIndexOf(' ')).replace(/\{\}$/, ''),
        Number(line.slice(line.lastIndexOf(' '))),
      ]),
    );
  }
});

/** The documented name of a series: a histogram comes as three. */
function seriesOf(name: string): string {
  return name.replace(/_(bucket|sum|count)$/, '');
}
