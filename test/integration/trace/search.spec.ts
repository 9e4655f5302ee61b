import { Client } from 'pg';
import type { SpanRecord } from '@adlift/telemetry';
import { makeUuidV7 } from '@adlift/wire';
import { spanId, spanOf } from '../../../apps/experiments/src/trace/span.fixture';
import type { TraceView } from '../../../apps/experiments/src/trace/trace-view';
import type { TracePage } from '../../../apps/experiments/src/trace/trace.service';
import { TraceBench } from './trace-bench';

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly field?: string;
  readonly sampled?: boolean;
}

const START_MS = Date.now() - 3_600_000;
const NOW = BigInt(START_MS) * 1_000_000n;
const PREDICTION = makeUuidV7(START_MS);

/** Id of the n-th trace. */
const idOf = (n: number): string => n.toString(16).padStart(32, '7');

/** The n-th trace: a second after the one before, n + 1 ms long. */
function traceOf(
  n: number,
  attributes: SpanRecord['attributes'] = {},
  status: SpanRecord['status'] = 'unset',
): SpanRecord[] {
  const base = NOW + BigInt(n) * 1_000_000_000n;
  const traceId = idOf(n);
  return [
    spanOf('Predict', 'caller', 0, 1000 * (n + 1), { traceId, attributes, kind: 'server', service: 'predictor' }, base),
    spanOf('inference', 'Predict', 100, 900, { traceId, status }, base),
  ];
}

const arm = (experiment: string, variant: string): SpanRecord['attributes'] => ({
  'adlift.experiment': experiment,
  'adlift.variant.assigned': variant,
});

describe('searching traces', () => {
  let bench: TraceBench;

  beforeAll(async () => {
    bench = await TraceBench.open();
    await bench.store(
      ...traceOf(0, { ...arm('price', 'a'), 'adlift.prediction_id': PREDICTION }),
      ...traceOf(1, arm('price', 'b')),
      ...traceOf(2, arm('rank', 'b'), 'error'),
      ...traceOf(3),
      ...traceOf(4, arm('price', 'b'), 'error'),
      spanOf('store events', '', 0, 500, {
        traceId: idOf(5),
        service: 'predictor',
        startNs: NOW + 5_000_000_000n,
        links: [{ traceId: idOf(0), spanId: spanId('Predict'), attributes: {} }],
      }),
    );
  });
  afterAll(() => bench.close());

  const search = async (query: string): Promise<number[]> => {
    const { status, body } = await bench.get<TracePage>(`/v1/traces?${query}`);
    expect(status).toBe(200);
    return body.traces.map(({ traceId }) => [0, 1, 2, 3, 4, 5].findIndex((n) => idOf(n) === traceId));
  };

  it('lists the newest first, one summary per trace', async () => {
    expect(await search('')).toEqual([5, 4, 3, 2, 1, 0]);
    const { body } = await bench.get<TracePage>(`/v1/traces?traceId=${idOf(0).toUpperCase()}`);
    expect(body).toEqual({
      traces: [
        {
          traceId: idOf(0),
          name: 'Predict',
          service: 'predictor',
          startedAt: new Date(START_MS).toISOString().replace('Z', '000000Z'),
          durationMs: 1,
          spans: 2,
          error: false,
          experiment: 'price',
          variant: 'a',
          predictionId: PREDICTION,
        },
      ],
      nextCursor: null,
    });
  });

  it.each([
    ['experiment=price', [4, 1, 0]],
    ['variant=b', [4, 2, 1]],
    ['experiment=price&variant=b', [4, 1]],
    ['experiment=price&variant=c', []],
    [`predictionId=${PREDICTION}`, [0]],
    ['error=true', [4, 2]],
    ['error=false', [5, 3, 1, 0]],
    ['minDurationMs=3', [4, 3, 2]],
    ['minDurationMs=3.0001&error=true', [4]],
    [`from=${new Date(START_MS + 3000).toISOString()}`, [5, 4, 3]],
    [`to=${new Date(START_MS + 3000).toISOString()}`, [2, 1, 0]],
    [`traceId=${'9'.repeat(32)}`, []],
    ['to=9999-12-31T23:59:59Z&limit=1', [5]],
  ])('finds by %s', async (query, found) => {
    expect(await search(query)).toEqual(found);
  });

  it('pages through everything once, also while new traces arrive', async () => {
    const seen: string[] = [];
    const query = '/v1/traces?limit=2';
    for (let next: string | null = ''; next !== null;) {
      const { body }: { body: TracePage } = await bench.get<TracePage>(next === '' ? query : `${query}&cursor=${next}`);
      seen.push(...body.traces.map(({ traceId }) => traceId));
      next = body.nextCursor;
      if (seen.length === 2) await bench.store(...traceOf(9));
    }
    expect(seen).toEqual([5, 4, 3, 2, 1, 0].map(idOf));
  });

  it.each([
    ['/v1/traces?minDurationMs=fast', 'minDurationMs'],
    ['/v1/traces?limit=1000', 'limit'],
    ['/v1/traces?nonsense=1', 'nonsense'],
    ['/v1/traces/xyz', 'id'],
    ['/v1/predictions/xyz/trace', 'id'],
  ])('refuses %s naming the field', async (path, field) => {
    expect(await bench.get<Problem>(path)).toMatchObject({ status: 400, body: { code: 'invalid_argument', field } });
  });

  it('shows a trace as a tree with its critical path, and who points at it', async () => {
    const { status, body } = await bench.get<TraceView>(`/v1/traces/${idOf(0)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      traceId: idOf(0),
      durationMicros: 1000,
      spanCount: 2,
      criticalPath: [spanId('Predict'), spanId('inference')],
      linkedFrom: [{ traceId: idOf(5), spanId: spanId('store events'), name: 'store events', service: 'predictor' }],
    });
    expect(body.spans).toHaveLength(1);
    expect(body.spans[0]).toMatchObject({
      name: 'Predict',
      orphan: true,
      startMicros: 0,
      durationMicros: 1000,
      children: [{ name: 'inference', orphan: false, startMicros: 100, durationMicros: 800 }],
    });
  });

  it('says that an unknown trace was not kept', async () => {
    expect(await bench.get<Problem>(`/v1/traces/${'9'.repeat(32)}`)).toMatchObject({
      status: 404,
      body: { code: 'not_found', sampled: false },
    });
  });

  it("finds a prediction's trace by its spans", async () => {
    const { status, body } = await bench.get<TraceView>(`/v1/predictions/${PREDICTION}/trace`);
    expect([status, body.traceId]).toEqual([200, idOf(0)]);
  });

  it('tells a prediction whose trace was not kept from one that is not known', async () => {
    const logged = makeUuidV7(START_MS);
    await logPrediction(bench, logged, 'e'.repeat(32));
    const notKept = await bench.get<Problem>(`/v1/predictions/${logged}/trace`);
    expect(notKept).toMatchObject({ status: 404, body: { code: 'not_found', sampled: false } });
    for (const unknown of [makeUuidV7(START_MS), 'ffffffff-ffff-7fff-8fff-ffffffffffff']) {
      const { status, body } = await bench.get<Problem>(`/v1/predictions/${unknown}/trace`);
      expect([status, body.code, 'sampled' in body]).toEqual([404, 'not_found', false]);
    }
  });

  it("finds a prediction's trace by its log row", async () => {
    const logged = makeUuidV7(START_MS);
    await logPrediction(bench, logged, idOf(3));
    expect((await bench.get<TraceView>(`/v1/predictions/${logged}/trace`)).body.traceId).toBe(idOf(3));
  });
});

/** A row of the prediction log with the least that it needs. */
async function logPrediction(bench: TraceBench, id: string, traceId: string): Promise<void> {
  const client = new Client({ connectionString: bench.database.url });
  await client.connect();
  const day = new Date(START_MS).toISOString().slice(0, 10);
  const next = new Date(START_MS + 86_400_000).toISOString().slice(0, 10);
  await client.query(
    `CREATE TABLE IF NOT EXISTS prediction_test PARTITION OF prediction FOR VALUES FROM ('${day}') TO ('${next}')`,
  );
  await client.query(
    `INSERT INTO prediction SELECT (jsonb_populate_record(p, $1)).* FROM (SELECT NULL::prediction) n (p)`,
    [
      JSON.stringify({
        ...Object.fromEntries(['request_id', 'unit', 'placement', 'bid_type', 'currency', 'model'].map((c) => [c, ''])),
        ...Object.fromEntries(['model_version', 'bundle_digest', 'cvr_bundle_digest'].map((c) => [c, ''])),
        ...Object.fromEntries(['pctr', 'pctr_raw', 'pcvr', 'ranks', 'propensity', 'row_flags'].map((c) => [c, []])),
        ...Object.fromEntries(['ad_ids', 'campaign_ids', 'bid_micros'].map((c) => [c, []])),
        ...{ day, prediction_id: id, predicted_at: new Date(START_MS).toISOString(), assignments: [], n: 0 },
        ...{ columns: '\\x', catalogue_version: 0, explored: false, forced: false, log_rate: 1, fallback: false },
        ...{ fallback_source: '', trace_id: traceId, trace_sampled: false, total_us: 1 },
      }),
    ],
  );
  await client.end();
}
