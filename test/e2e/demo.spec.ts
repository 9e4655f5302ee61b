import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { AdServerClient, type EventMessage } from '@adlift/client';
import { proto } from '@adlift/wire';
import type { TraceView } from '../../apps/experiments/src/trace/trace-view';
import type { DemoDocument } from '../../tools/demo/demo-document';
import { CONTROL, TREATMENT } from '../../tools/demo/demo-experiment';
import { readPredictorState } from '../../tools/demo/predictor-state';
import { readSecrets } from '../../tools/stack/secrets';
import { until } from '../integration/setup/until';
import { BuiltStack } from './setup/built-stack';

const { EventStatus } = proto.v1;
/** Half of what the demo plays when nothing is said. */
const HALF = ['--requests', '30000', '--units', '4000'];
const SMALL = ['--requests', '10000', '--units', '2500'];

describe('the demo on a running stack', () => {
  let stack: BuiltStack;

  beforeAll(async () => {
    stack = await BuiltStack.start();
  }, 90_000);
  afterAll(() => stack.stop(), 60_000);

  it("finds the market's true lift, and every count of the report is in the raw tables", async () => {
    const document = await stack.demo(...HALF, '--keep-events', join(stack.home, 'events.jsonl'));
    expect(document.experiment).toEqual({ key: 'demo-1', state: 'running', verdict: 'ship' });
    expect(document.traffic).toMatchObject({
      requests: 30_000,
      impressions: 30_000,
      exposedUnits: 4_000,
    });
    // On a machine that other suites keep busy a request may wait longer than it may queue: it is answered and counted.
    expect(document.traffic.fallbacks).toBeLessThan(30);
    expect(document.health.checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(document.metrics.map(({ metric }) => metric)).toEqual(['ctr', 'conversionRate', 'rpm', 'revenuePerUnit']);
    expect(document.truth.rpmLift).toBeGreaterThan(0.25);
    expect(document.truth.rpmLift).toBeLessThan(0.5);
    for (const [metric, truth] of [
      ['ctr', document.truth.ctrLift],
      ['rpm', document.truth.rpmLift],
    ] as const) {
      const lift = liftOf(document, metric);
      expect(Math.abs(lift.relative - truth)).toBeLessThanOrEqual(4 * lift.standardError);
      expect(lift.sequentialLow).toBeGreaterThan(0);
    }
    const { logged, ...raw } = await rawCounts('demo-1');
    // The log is the first thing that a busy predictor gives up, and its answers say so.
    expect(logged).toBeLessThanOrEqual(document.traffic.requests);
    expect(logged).toBeGreaterThan(0.995 * document.traffic.requests);
    expect(raw).toEqual({
      exposedUnits: document.traffic.exposedUnits,
      impressions: document.traffic.impressions,
      clicks: document.traffic.clicks,
      conversions: document.traffic.conversions,
      fallbacks: document.traffic.fallbacks,
    });
    expect(await traced(document.exampleTraceId)).toBe(1);
  }, 240_000);

  it('shows the example decision from the call to the writes of its events', async () => {
    const decision = await query<{ prediction_id: string; trace_id: string; bundle_digest: string }>(
      `SELECT p.prediction_id, p.trace_id, p.bundle_digest FROM prediction p JOIN click c USING (day, prediction_id)
       WHERE p.assignments @> '[{"experiment": "demo-1"}]' LIMIT 1`,
      [],
    );
    const { experimentsUrl, predictorUrl } = stack.addresses();
    const trace = await until('the click to be in the trace', async () => {
      const answer = await fetch(`${experimentsUrl}/v1/predictions/${decision?.prediction_id}/trace`, {
        headers: stack.authorization('operatorKey'),
      });
      const view = (await answer.json()) as TraceView;
      return view.spans?.[0]?.children.some(({ name }) => name === 'record click') ? view : undefined;
    });
    expect(trace.traceId).toBe(decision?.trace_id);
    // The ad server's own span is in its own system: ours continues it, and stands alone here.
    expect(trace.spans).toHaveLength(1);
    const [root] = trace.spans;
    expect(root?.parentSpanId).toMatch(/^[0-9a-f]{16}$/);
    const names = root?.children.map(({ name }) => name) ?? [];
    expect(names).toEqual(expect.arrayContaining(['record impression', 'record click']));
    const stages = root?.children.filter(({ kind }) => kind === 'internal') ?? [];
    expect(stages.map(({ name }) => name)).toEqual([
      'decode',
      'flag_evaluation',
      'encode',
      'queue',
      'inference',
      'respond',
    ]);
    const total = stages.reduce((sum, { durationMicros }) => sum + durationMicros, 0);
    expect(total).toBeCloseTo(root?.durationMicros ?? NaN, 2);
    const { models } = (await (
      await fetch(`${predictorUrl}/v1/status`, { headers: stack.authorization('operatorKey') })
    ).json()) as {
      models: { loaded: { digest: string }[] };
    };
    expect(root?.attributes['adlift.model.digest']).toBe(decision?.bundle_digest);
    expect(models.loaded.map(({ digest }) => digest)).toContain(decision?.bundle_digest);
  }, 60_000);

  it('leaves the truth alone when clicks are kept back, and shows that the report is off', async () => {
    const sabotaged = await stack.demo(...SMALL, '--sabotage', '0.5');
    const honest = await stack.demo(...SMALL, '--kill-worker');
    expect(sabotaged.experiment.key).toBe('demo-2');
    expect(sabotaged.truth.ctrLift).toBe(honest.truth.ctrLift);
    expect(sabotaged.truth.ctrInside).toBe(false);
    expect(sabotaged.traffic.clicks).toBeLessThan(honest.traffic.clicks);
    // The scoring worker of the honest run was killed half-way.
    expect(honest.traffic.fallbacks).toBeGreaterThan(0);
    expect(honest.health.checks.find(({ name }) => name === 'ad_server_agrees')).toMatchObject({ ok: true });
    expect((await rawCounts('demo-3')).fallbacks).toBe(honest.traffic.fallbacks);
  }, 240_000);

  it('flips the sign of the lift when the arms swap their models', async () => {
    const document = await stack.demo(...SMALL, '--swap');
    expect(liftOf(document, 'ctr').relative).toBeLessThan(0);
    expect(liftOf(document, 'rpm').relative).toBeLessThan(0);
    expect(document.truth.rpmLift).toBeLessThan(0);
    expect(document.experiment.verdict).not.toBe('ship');
    expect(document.metrics[0]?.arms.map(({ variant }) => variant)).toEqual([CONTROL, TREATMENT]);
  }, 240_000);

  it('leaves every kept statistic as it is when all events are sent once more', async () => {
    const lines = readFileSync(join(stack.home, 'events.jsonl'), 'utf8').trimEnd().split('\n');
    const events = lines.map((line) => JSON.parse(line) as EventMessage);
    expect(events.length).toBeGreaterThan(30_000);
    const before = await keptStatistics();
    const client = new AdServerClient(stack.addresses().grpcAddress, readSecrets(stack.home).playerKey);
    const said = new Map<number, number>();
    try {
      for (let at = 0; at < events.length; at += 1000) {
        const results = await client.recordEvents(events.slice(at, at + 1000));
        for (const { status } of results) said.set(status ?? 0, (said.get(status ?? 0) ?? 0) + 1);
      }
    } finally {
      client.close();
    }
    // The predictor has forgotten most of them by now, takes them, and finds them to be repeats when they are stored.
    expect(said.get(EventStatus.ACCEPTED)).toBeGreaterThan(20_000);
    expect((said.get(EventStatus.ACCEPTED) ?? 0) + (said.get(EventStatus.DUPLICATE) ?? 0)).toBe(events.length);
    await until('the repeats to be stored', async () => {
      const { ledger } = await readPredictorState({
        predictorUrl: stack.addresses().predictorUrl,
        secrets: readSecrets(stack.home),
      });
      return ledger.events === 0;
    });
    expect(await keptStatistics()).toEqual(before);
  }, 120_000);

  /** A digest of each table that reports read. */
  async function keptStatistics(): Promise<Record<string, string>> {
    const tables = ['unit_agg', 'unit_day', 'rollup_day', 'exp_moments', 'exp_phase', 'unit_click'];
    const digest = (table: string): string =>
      `(SELECT count(*) || ' ' || md5(string_agg(t::text, '|' ORDER BY t::text)) FROM ${table} t) AS ${table}`;
    await until('all deltas to be folded', async () => {
      return (await query<{ n: string }>('SELECT count(*) AS n FROM event_delta', []))?.n === '0';
    });
    return (await query<Record<string, string>>(`SELECT ${tables.map(digest).join(', ')}`, [])) ?? {};
  }

  async function query<Row extends object>(sql: string, values: unknown[]): Promise<Row | undefined> {
    const client = new Client({ connectionString: stack.addresses().databaseUrl });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows[0];
    } finally {
      await client.end();
    }
  }

  async function rawCounts(key: string): Promise<Record<string, number>> {
    const ofExperiment = (table: string): string =>
      `(SELECT count(*) FROM ${table} e JOIN assignment_set s ON s.id = e.assignment_set WHERE s.experiment = $1)::int`;
    const row = await query<Record<string, number>>(
      `SELECT (SELECT count(*) FROM prediction WHERE assignments @> jsonb_build_array(jsonb_build_object('experiment', $1::text)))::int AS logged,
         (SELECT count(*) FROM exposure WHERE experiment = $1)::int AS "exposedUnits",
         ${ofExperiment('impression')} AS impressions, ${ofExperiment('click')} AS clicks, ${ofExperiment('conversion')} AS conversions,
         (SELECT count(*) FROM impression e JOIN assignment_set s ON s.id = e.assignment_set
          WHERE s.experiment = $1 AND e.fallback)::int AS fallbacks`,
      [key],
    );
    return row ?? {};
  }

  async function traced(traceId: string): Promise<number> {
    return Number(
      (await query<{ n: string }>('SELECT count(*) AS n FROM prediction WHERE trace_id = $1', [traceId]))?.n,
    );
  }
});

function liftOf(document: DemoDocument, metric: string) {
  const lift = document.metrics.find((line) => line.metric === metric)?.lift;
  if (!lift) throw new Error(`no inference for ${metric}`);
  return lift;
}
