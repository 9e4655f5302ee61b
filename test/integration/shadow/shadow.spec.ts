import type { PredictReply, PublishableBundle, ShadowReport } from '@adlift/client';
import { proto } from '@adlift/wire';
import { adliftProgram } from '../../../apps/cli/src/program';
import { inSample } from '../../../apps/predictor/src/predict/prediction-sample';
import { bundleModel } from '../../../libs/scoring/src/model-bundle.fixture';
import { experimentBody, publishTreatment } from '../experiments/test-experiment';
import { predictCall } from '../predictor/predict-call';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

const { IMPRESSION, CLICK } = proto.v1.EventKind;
const KEY = 'shadowed';
const RATE = 0.5;
const REQUESTS = 300;
/** With two shadows each, fewer than the predictor keeps at a time. */
const AT_A_TIME = 10;

interface StoredScore {
  readonly prediction_id: string;
  readonly variant: string;
  readonly model: string;
  readonly pctr_served: number[];
  readonly pctr_shadow: number[];
}

/** The bundle of a fixture under another name. */
function renamed(name: string, seed: number): PublishableBundle {
  const { manifest, files, digest } = bundleModel('fm', seed).bundle;
  return { manifest: { ...manifest, name }, files, digest };
}

describe('shadow variants', () => {
  let apps: TestApps;
  const answers: PredictReply[] = [];
  let results: Record<string, number> = {};
  let stored: StoredScore[] = [];

  beforeAll(async () => {
    // Another suite on the same processors must not look like load.
    apps = await TestApps.start({ ownsFlags: true, predictor: { QUEUE_TARGET_MS: '10000' } });
    await publishTreatment(apps);
    await apps.admin.publishModel(renamed('click-shadow', 23));
    const broken = renamed('click-broken', 29);
    await apps.admin.publishModel(broken);
    const file = broken.manifest.files['model.onnx']?.sha256;
    const flip = 'UPDATE model_file SET content = set_byte(content, 99, get_byte(content, 99) # 1) WHERE sha256 = $1';
    await rows(apps.database.url, flip, [file]);
    const body = experimentBody(KEY);
    const shadow = [
      { name: 'candidate', ctr: 'click-shadow@1', rate: RATE },
      { name: 'broken', ctr: 'click-broken@1', rate: 1 },
    ];
    await apps.admin.createExperiment({ ...body, design: { ...body.design, shadow } });
    await apps.admin.startExperiment(KEY);
    await until('the predictor to split, with all models but the broken one', async () => {
      const { flags, models } = await apps.state();
      const recorded = flags.experiments.some(({ experiment, recorded }) => experiment === KEY && recorded);
      return recorded && models.loaded.length === 3 && models.failed.length === 1;
    });
    for (let i = 0; i < REQUESTS; i += AT_A_TIME) {
      const calls = Array.from({ length: AT_A_TIME }, (_, j) => predictCall({ unitId: `unit-${(i + j) % 60}` }));
      answers.push(...(await Promise.all(calls.map((call) => apps.ordinary.predict(call)))));
      await until('what became of each sampled request to be counted', async () => {
        results = await shadowResults();
        return Object.values(results).reduce((sum, count) => sum + count) === answers.length + sampled().length;
      });
    }
    await until('the scores to be stored', async () => {
      stored = await rows<StoredScore>(apps.database.url, 'SELECT * FROM shadow_score ORDER BY prediction_id');
      return stored.length === results['scored'];
    });
  }, 180_000);
  afterAll(() => apps.stop());

  async function shadowResults(): Promise<Record<string, number>> {
    const text = await (await fetch(`${apps.predictorUrl}/metrics`)).text();
    const found = text.matchAll(/^adlift_shadow_scores_total\{result="(\w+)"\} (\d+)/gm);
    return Object.fromEntries(Array.from(found, ([, result = '', count]) => [result, Number(count)]));
  }

  /** The answers that the shadow with the lower rate is to score. */
  function sampled(): PredictReply[] {
    return answers.filter(({ predictionId }) => inSample('shadow', predictionId, RATE));
  }

  async function report(): Promise<ShadowReport> {
    return (await (await fetch(`${apps.experimentsUrl}/v1/experiments/${KEY}/shadow`)).json()) as ShadowReport;
  }

  it('score about the stated share of the requests, and count what becomes of each', () => {
    // Five standard deviations.
    expect(Math.abs(sampled().length - REQUESTS * RATE)).toBeLessThan(5 * Math.sqrt(REQUESTS * RATE * (1 - RATE)));
    const { scored = 0, failed, shed = 0, expired = 0, ...others } = results;
    expect(scored + shed + expired).toBe(sampled().length);
    expect(failed).toBe(REQUESTS);
    expect(others).toEqual({ unpaired: 0, dropped: 0, unlogged: 0 });
    // What other suites on the same processors may keep back.
    expect(shed + expired).toBeLessThan(sampled().length / 4);
  });

  it('keep what was served beside what their model says of the same candidates', async () => {
    const served = new Map(answers.map((answer) => [answer.predictionId, answer]));
    await apps.admin.publishModel(renamed('click-shadow', 23), 'champion');
    const direct = await until('the model of the shadow to answer itself', async () => {
      const answer = await apps.ordinary.predict(predictCall());
      return answer.model === 'click-shadow' && answer;
    });
    for (const { prediction_id, variant, model, pctr_served, pctr_shadow } of stored) {
      const answer = served.get(prediction_id);
      expect([variant, model]).toEqual([answer?.assignments[0]?.assigned, 'click-shadow@1']);
      expect(Float32Array.from(pctr_served)).toEqual(Float32Array.from(answer?.pctr ?? []));
      pctr_shadow.forEach((p, i) => expect(Math.abs(p - (direct.pctr[i] ?? NaN))).toBeLessThanOrEqual(1e-6));
    }
    expect(new Set(stored.map(({ variant }) => variant))).toEqual(new Set(['control', 'treatment']));
  });

  it('leave the answer as it is without them', async () => {
    for (const variant of ['control', 'treatment']) {
      const shadowed = answers.find(({ assignments }) => assignments[0]?.assigned === variant);
      const forced = await apps.ordinary.predict(predictCall({ forceVariant: `${KEY}:${variant}` }));
      const bytes = (answer: PredictReply | undefined): Uint8Array =>
        proto.v1.PredictResponse.encode({
          ...answer,
          ...{ predictionId: '', requestId: '', traceId: '', ticket: '', tokens: [], timing: null, assignments: [] },
          // What is forced is not logged.
          ...{ logged: false, logRate: 0 },
        }).finish();
      expect(bytes(shadowed)).toEqual(bytes(forced));
    }
    const [{ n }] = await rows<{ n: number }>(
      apps.database.url,
      `SELECT count(*)::int AS n FROM prediction WHERE fallback`,
    );
    expect(n).toBe(0);
  });

  it('are compared pair by pair, on what was shown by log-loss clustered by unit', async () => {
    const scored = new Map(stored.map((score) => [score.prediction_id, score]));
    const units = new Map<string, { m: number; d: number }>();
    const sums = { clicks: 0, served: 0, shadow: 0 };
    const events: proto.v1.IEvent[] = [];
    answers.forEach(({ predictionId, tokens, assignments }, i) => {
      const clicked = i % 7 === 0;
      const at = i % 3;
      const token = tokens.find(({ index }) => (index ?? 0) === at)?.token ?? '';
      events.push({ kind: IMPRESSION, token }, ...(clicked ? [{ kind: CLICK, token, timeMs: Date.now() + 5000 }] : []));
      const score = scored.get(predictionId);
      if (score === undefined || assignments[0]?.assigned !== 'control') return;
      const [p = NaN, q = NaN] = [score.pctr_served[at], score.pctr_shadow[at]];
      const loss = (x: number): number => -Math.log(clicked ? x : 1 - x);
      const unit = units.get(`unit-${i % 60}`) ?? { m: 0, d: 0 };
      units.set(`unit-${i % 60}`, { m: unit.m + loss(q) - loss(p), d: unit.d + 1 });
      sums.clicks += Number(clicked);
      sums.served += p;
      sums.shadow += q;
    });
    for (let i = 0; i < events.length; i += 200) await apps.ordinary.recordEvents(events.slice(i, i + 200));
    await until('the events to be stored', async () => (await apps.state()).ledger.events === 0);

    const { experiment, shadows } = await report();
    expect(experiment).toEqual({ key: KEY, state: 'running', phase: 1 });
    const pairs = shadows.map(({ shadow, variant, predictions }) => [shadow, variant, predictions > 0]);
    expect(pairs).toEqual([
      ['candidate', 'control', true],
      ['candidate', 'treatment', true],
      ['broken', 'control', false],
      ['broken', 'treatment', false],
    ]);
    const control = shadows[0];
    const own = stored.filter(({ variant }) => variant === 'control');
    const flat = (of: 'pctr_served' | 'pctr_shadow'): number[] => own.flatMap((score) => score[of]);
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const difference = flat('pctr_shadow').map((q, i) => Math.abs(q - (flat('pctr_served')[i] ?? NaN)));
    expect(control).toMatchObject({ predictions: own.length, candidates: 3 * own.length, notFinite: 0, rate: RATE });
    expect(control?.meanServed).toBeCloseTo(mean(flat('pctr_served')), 6);
    expect(control?.meanShadow).toBeCloseTo(mean(flat('pctr_shadow')), 6);
    expect(control?.meanAbsoluteDifference).toBeCloseTo(mean(difference), 6);

    const of = [...units.values()];
    const [sumM, sumD] = [of.reduce((sum, { m }) => sum + m, 0), of.reduce((sum, { d }) => sum + d, 0)];
    const ratio = sumM / sumD;
    const residuals = of.map(({ m, d }) => (m - ratio * d) / (sumD / of.length));
    const variance = residuals.reduce((sum, r) => sum + r * r, 0) / (of.length - 1);
    const shown = control?.shown;
    expect(shown).toMatchObject({ units: of.length, impressions: sumD, clicks: sums.clicks });
    const loss = shown?.logLossDifference as { value: number; standardError: number };
    expect(loss.value).toBeCloseTo(ratio, 6);
    expect(loss.standardError).toBeCloseTo(Math.sqrt(variance / of.length), 6);
    expect(shown?.calibration.served).toBeCloseTo(sums.served / sums.clicks, 5);
    expect(shown?.calibration.shadow).toBeCloseTo(sums.shadow / sums.clicks, 5);
    expect(shadows[2]?.shown.logLossDifference).toMatchObject({ refused: true, reason: 'no_units' });
  });

  it('are shown by the command line as a table and as JSON', async () => {
    let printed = '';
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => (printed += String(text)) !== '');
    try {
      const connection = { admin: apps.admin, importer: apps.importer, close: () => Promise.resolve() };
      for (const more of [[], ['--json']]) {
        const program = adliftProgram(() => Promise.resolve(connection), '.');
        await program.parseAsync(['experiment', 'shadow', KEY, ...more], { from: 'user' });
      }
    } finally {
      write.mockRestore();
    }
    expect(printed).toMatch(/^experiment shadowed \(running\), phase 1\nshadow +model/);
    expect(printed).toMatch(/candidate +click-shadow@1 +control/);
    expect(printed).toContain('none: no_units');
    expect(JSON.parse(printed.slice(printed.indexOf('{')))).toEqual(await report());
    const missing = await fetch(`${apps.experimentsUrl}/v1/experiments/none/shadow`);
    expect(missing.status).toBe(404);
  });
});
