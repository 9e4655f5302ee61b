import type { PredictReply, Sample, SampleFilter } from '@adlift/client';
import { proto } from '@adlift/wire';
import { publishTreatment, startExperiment } from '../experiments/test-experiment';
import { predictCall } from '../predictor/predict-call';
import { printed } from '../setup/printed';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

const { IMPRESSION, CLICK, CONVERSION, HIDE, INVALIDATE } = proto.v1.EventKind;
const KEY = 'sampled';
const REQUESTS = 24;

describe('samples of an experiment', () => {
  let apps: TestApps;
  const answers: PredictReply[] = [];

  const isClicked = (i: number): boolean => i % 2 === 0;
  const isConverted = (i: number): boolean => i % 6 === 0;
  const HIDDEN = 1;
  const INVALIDATED = 2;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true });
    await publishTreatment(apps);
    await startExperiment(apps, KEY);
    for (let i = 0; i < REQUESTS; i++)
      answers.push(await apps.ordinary.predict(predictCall({ requestId: `request-${i}`, unitId: `unit-${i}` })));
    const events = answers.flatMap(({ tokens: [first] }, i) => {
      const token = first?.token ?? '';
      return [
        { kind: IMPRESSION, token, position: 3 },
        ...(isClicked(i) ? [{ kind: CLICK, token, chargedMicros: 1000, currency: 'EUR' }] : []),
        ...(isConverted(i)
          ? [
              {
                kind: CONVERSION,
                token,
                conversionId: 'order',
                conversionKind: 'sale',
                valueMicros: 5,
                currency: 'EUR',
              },
            ]
          : []),
        ...(i === HIDDEN ? [{ kind: HIDE, token }] : []),
        ...(i === INVALIDATED ? [{ kind: INVALIDATE, token }] : []),
      ];
    });
    const results = await apps.ordinary.recordEvents(events);
    expect(results.filter(({ reason }) => reason !== '' && reason !== undefined)).toEqual([]);
    await until('all to be stored, logged and folded', async () => {
      const [{ n }] = await rows<{ n: number }>(
        apps.database.url,
        `SELECT ((SELECT count(*) FROM impression) + (SELECT count(*) FROM click) + (SELECT count(*) FROM conversion)
          + (SELECT count(*) FROM feedback) + (SELECT count(*) FROM prediction) - (SELECT count(*) FROM event_delta))::int AS n`,
      );
      return n === events.length + REQUESTS;
    });
  }, 120_000);
  afterAll(() => apps.stop());

  const all = async (filter: SampleFilter): Promise<readonly Sample[]> =>
    (await apps.admin.samples(KEY, filter)).samples;

  it('show each candidate with its arm, its prediction, its outcome and its request', async () => {
    const samples = await all({ limit: '1000' });
    expect(samples).toHaveLength(REQUESTS);
    for (const [at, sample] of samples.entries()) {
      // The newest first.
      const i = REQUESTS - 1 - at;
      const answer = answers[i];
      const [assignment] = answer.assignments;
      const counts = i !== INVALIDATED;
      expect(sample).toMatchObject({
        ...{ predictionId: answer.predictionId, unit: `unit-${i}`, phase: 1 },
        ...{ assigned: assignment?.assigned, served: assignment?.served, flagDigest: assignment?.flagDigest },
        model: `${answer.model}@${answer.modelVersion}`,
        modelDigest: answer.bundleDigest,
        ...{ fallback: false, hidden: i === HIDDEN, chargedMicros: isClicked(i) && counts ? 1000 : 0 },
        impression: { valid: counts, position: 3 },
        conversions: isConverted(i) && counts ? { count: 1, valueMicros: 5 } : { count: 0, valueMicros: 0 },
        request: { requestId: `request-${i}`, candidates: answer.pctr.length, fallbackSource: '' },
      });
      expect(Math.fround(sample.pctr)).toBe(answer.pctr[sample.index]);
      if (isClicked(i)) expect(sample.click).toMatchObject({ valid: counts });
      else expect(sample.click).toBeNull();
      expect(await isFound(`/v1/traces/${sample.traceId}`)).toBe(sample.traceKept);
    }
  });

  it('are those of one arm, of one outcome, of one phase', async () => {
    const arms = await Promise.all(['control', 'treatment'].map((variant) => all({ variant, limit: '1000' })));
    expect(arms.map((samples) => [...new Set(samples.map(({ assigned }) => assigned))])).toEqual([
      ['control'],
      ['treatment'],
    ]);
    expect(arms.flat()).toHaveLength(REQUESTS);
    expect(await all({ outcome: 'clicked' })).toHaveLength(REQUESTS / 2);
    expect(await all({ outcome: 'converted' })).toHaveLength(REQUESTS / 6);
    expect(await all({ outcome: 'fallback' })).toEqual([]);
    expect(await all({ phase: '2' })).toEqual([]);
  });

  it('come page by page, each once', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const filter: SampleFilter = { limit: '7', ...(cursor === null ? {} : { cursor }) };
      const page = await apps.admin.samples(KEY, filter);
      seen.push(...page.samples.map(({ predictionId }) => predictionId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(answers.map(({ predictionId }) => predictionId).reverse());
  });

  it('can be had as CSV', async () => {
    const answer = await fetch(`${apps.experimentsUrl}/v1/experiments/${KEY}/samples.csv?outcome=clicked`);
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
    const [header, ...lines] = (await answer.text()).trim().split('\r\n');
    expect(header).toMatch(/^predicted_at,prediction_id,index,request_id,unit,/);
    expect(lines).toHaveLength(REQUESTS / 2);
  });

  it('are shown by the command', async () => {
    const text = await printed(apps, 'experiment', 'samples', KEY, '--outcome', 'converted');
    expect(text.trim().split('\n')).toHaveLength(1 + REQUESTS / 6);
    const document = JSON.parse(await printed(apps, 'experiment', 'samples', KEY, '--limit', '2', '--json')) as object;
    expect(document).toMatchObject({ samples: [{ unit: `unit-${REQUESTS - 1}` }, { unit: `unit-${REQUESTS - 2}` }] });
  });

  it.each([
    ['variant=nobody', 404, 'variant'],
    ['variant=', 400, 'variant'],
    ['phase=0', 400, 'phase'],
    ['outcome=bought', 400, 'outcome'],
    ['limit=0', 400, 'limit'],
    ['limit=1001', 400, 'limit'],
    ['cursor=xyz', 400, 'cursor'],
    [`cursor=${Buffer.from('ffffffff-ffff-7fff-bfff-ffffffffffff 1').toString('base64url')}`, 400, 'cursor'],
    ['arm=control', 400, 'arm'],
  ])('refuse %s', async (query, status, field) => {
    for (const path of ['samples', 'samples.csv']) {
      const answer = await fetch(`${apps.experimentsUrl}/v1/experiments/${KEY}/${path}?${query}`);
      expect(answer.status).toBe(status);
      expect(((await answer.json()) as { detail: string }).detail).toContain(field);
    }
  });

  it('are of an experiment that there is', async () => {
    await expect(apps.admin.samples('nothing')).rejects.toMatchObject({ status: 404 });
  });

  async function isFound(path: string): Promise<boolean> {
    return (await fetch(`${apps.experimentsUrl}${path}`)).ok;
  }
});
