import { proto } from '@adlift/wire';
import { bundleModel } from '../../../libs/scoring/src/model-bundle.fixture';
import { rows } from '../setup/rows';
import { KEYS, TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { predictCall } from './predict-call';

const { CLICK } = proto.v1.EventKind;

describe('the predictor when something it needs fails', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
  }, 60_000);
  afterAll(() => apps.stop());

  it('lets only the right credential inject faults', async () => {
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await apps.post('/v1/faults/kill-scoring-worker', {}, headers)).status;
    expect([await status({}), await status({ authorization: `Bearer ${KEYS.importer}` })]).toEqual([401, 403]);
  });

  it('answers from a marked fallback while the scoring thread is dead, and from the model after', async () => {
    const { restarts } = (await apps.state()).scoring;
    const killed = await apps.post('/v1/faults/kill-scoring-worker', {}, { authorization: `Bearer ${KEYS.player}` });
    expect(killed).toMatchObject({ status: 202, body: { killed: 1 } });
    const marked = await apps.ordinary.predict(predictCall());
    expect(marked).toMatchObject({ fallback: true, fallbackSource: 'prior', model: '', bundleDigest: '' });
    expect(marked.pctr.every((p) => p > 0 && p < 1)).toBe(true);
    expect((await apps.state()).predictions.fallbacks).toBeGreaterThan(0);
    const answer = await until('the model to answer again', async () => {
      const next = await apps.ordinary.predict(predictCall());
      return !next.fallback && next;
    });
    expect(answer.bundleDigest).toBe(apps.champion.bundle.digest);
    expect((await apps.state()).scoring).toEqual({ ready: true, restarts: restarts + 1 });
  });

  it('answers every one of many calls while the scoring thread is killed under them', async () => {
    const calls = Array.from({ length: 60 }, () => apps.ordinary.predict(predictCall()));
    await apps.post('/v1/faults/kill-scoring-worker', {}, { authorization: `Bearer ${KEYS.player}` });
    const answers = await Promise.all(calls);
    for (const { fallback, model, pctr } of answers) {
      expect([fallback, model]).toEqual(fallback ? [true, ''] : [false, 'click-lr']);
      expect(pctr.every((p) => p > 0 && p < 1)).toBe(true);
    }
    await until('the thread to be replaced', async () => (await apps.state()).scoring.ready);
  });

  it('refuses a damaged bundle by its digest, serves the model before it, and takes the bundle once it is whole', async () => {
    const next = bundleModel('fm', 11).bundle;
    const file = next.manifest.files[next.manifest.modelFile]?.sha256;
    await apps.admin.publishModel(next);
    const flip = 'UPDATE model_file SET content = set_byte(content, 99, get_byte(content, 99) # 1) WHERE sha256 = $1';
    await rows(apps.database.url, flip, [file]);
    await apps.admin.publishModel({ ...next, files: next.files }, 'champion');

    const failed = await until('the bundle to be refused', async () => (await apps.state()).models.failed[0]);
    expect(failed.reference).toBe('click-fm@1');
    expect(failed.reason).toMatch(new RegExp(`^model\\.onnx: expected sha256 ${file}, got [0-9a-f]{64}$`));
    const served = await apps.ordinary.predict(predictCall());
    expect(served).toMatchObject({ fallback: false, model: 'click-lr', bundleDigest: apps.champion.bundle.digest });
    expect((await apps.state()).models.loaded).toMatchObject([
      { reference: 'click-lr@1', digest: apps.champion.bundle.digest },
    ]);

    await rows(apps.database.url, flip, [file]);
    const answer = await until('the new champion to serve', async () => {
      const now = await apps.ordinary.predict(predictCall());
      return now.model === 'click-fm' && now;
    });
    expect([answer.fallback, answer.bundleDigest]).toEqual([false, next.digest]);
    await until('the old one to be unloaded', async () => (await apps.state()).models.loaded.length === 1);
    expect((await apps.state()).models.failed).toEqual([]);
  });

  it('predicts and acknowledges events while PostgreSQL is away, and stores them after', async () => {
    const { tokens, model } = await apps.ordinary.predict(predictCall());
    await apps.way.cut();
    const click = { kind: CLICK, token: tokens[0]?.token, chargedMicros: 300_000 };
    const [accepted] = await apps.ordinary.recordEvents([click]);
    expect(accepted?.status).toBe(proto.v1.EventStatus.ACCEPTED);
    const repeat = await apps.post('/v1/events', { events: [{ ...click, kind: 'click' }] });
    expect(repeat).toMatchObject({ status: 200, body: { results: [{ status: 'duplicate' }] } });
    expect(await apps.ordinary.predict(predictCall())).toMatchObject({ fallback: false, model });
    await until('the outage to be noticed', async () => (await apps.state()).ledger.unavailable);
    const ready = await fetch(`${apps.predictorUrl}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'degraded' }]);

    await apps.way.mend();
    await until('the click to be stored', async () => (await apps.state()).ledger.events === 0, 15_000);
    expect(await rows(apps.database.url, 'SELECT charged_micros::int FROM click')).toEqual([
      { charged_micros: 300_000 },
    ]);
    await until('every log row to be stored', async () => (await apps.state()).ledger.predictions === 0);
    const { predictions } = await apps.state();
    const [{ n }] = (await rows(apps.database.url, 'SELECT count(*)::int AS n FROM prediction')) as [{ n: number }];
    expect(n + predictions.unlogged).toBe(predictions.requests);
  });
});
