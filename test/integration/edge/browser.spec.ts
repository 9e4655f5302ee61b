import { randomBytes } from 'node:crypto';
import { inHeadSample, telemetry } from '@adlift/telemetry';
import { predictCall } from '../predictor/predict-call';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { edge, freshTokens, signed } from './edge-calls';

/** On a slow machine the answer does not wait for the store. */
const TAKEN = /^(accepted|late)/;
const LANDING = 'https://shop.example/landing?a=1';

describe('the edge, seen from a browser', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
    const { catalogueVersion: version } = await apps.admin.putAds([
      { adId: 'ad-1', landingUrl: LANDING, features: {} },
      { adId: 'ad-2', landingUrl: 'https://bücher.example/ü', features: {} },
    ]);
    await until('the catalogue to arrive', async () => (await apps.state()).catalogue.version >= version);
  }, 60_000);
  afterAll(() => apps.stop());

  const stored = (table: string, token: string): Promise<Record<string, unknown>[]> =>
    rows(apps.database.url, `SELECT * FROM ${table} WHERE prediction_id = $1 AND idx = $2 `, [
      predictionOf.get(token),
      0,
    ]);
  const predictionOf = new Map<string, string>();

  /** A token of candidate 0 (ad-1), whose prediction is known. */
  async function known(): Promise<string> {
    const { tokens, predictionId } = await apps.ordinary.predict(predictCall());
    const token = tokens[0]?.token ?? '';
    predictionOf.set(token, predictionId);
    return token;
  }

  it('answers an impression with an image that nobody caches, and stores what the URL says', async () => {
    const token = await known();
    const answer = await fetch(`${apps.edgeUrl}/t/i/${token}?position=2&viewable=1&followed=0`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/gif']);
    expect(answer.headers.get('cache-control')).toContain('no-store');
    const image = Buffer.from(await answer.arrayBuffer());
    expect([image.length, image.toString('latin1', 0, 6)]).toEqual([43, 'GIF89a']);
    expect(answer.headers.get('adlift-event')).toMatch(TAKEN);
    const [row] = await until('the impression to be stored', async () => {
      const found = await stored('impression', token);
      return found.length > 0 && found;
    });
    expect(row).toMatchObject({ position: 2, viewable: 'yes', followed_rank: 'overruled', charged_micros: '0' });
  });

  it('redirects a click to the landing URL of its ad, and stores the click once', async () => {
    const token = await known();
    const first = await edge(apps, `/t/c/${token}?${signed('charge', token, '300000')}`);
    expect(first).toMatchObject({ status: 302, location: LANDING, event: expect.stringMatching(TAKEN) as string });
    const again = await edge(apps, `/t/c/${token}?${signed('charge', token, '300000')}`);
    expect(again).toMatchObject({ status: 302, location: LANDING });
    expect(again.event).toMatch(/^(accepted|duplicate|late)/);
    const found = await until('the click to be stored', async () => {
      const clicks = await stored('click', token);
      return clicks.length > 0 && clicks;
    });
    expect(found).toEqual([expect.objectContaining({ charged_micros: '300000' })]);
  });

  it('encodes a landing URL of another script', async () => {
    const [, token = ''] = await freshTokens(apps);
    expect((await edge(apps, `/t/c/${token}`)).location).toBe('https://xn--bcher-kva.example/%C3%BC');
  });

  it('redirects to a URL that the ad server signed, also for an ad without one', async () => {
    const [one = '', , three = ''] = await freshTokens(apps);
    for (const token of [one, three]) {
      const answer = await edge(apps, `/t/c/${token}?${signed('to', token, 'https://other.example/?b=ä')}`);
      expect(answer).toMatchObject({ status: 302, location: 'https://other.example/?b=%C3%A4' });
    }
  });

  it('has no way for the click of an ad without a landing URL', async () => {
    const [, , token = ''] = await freshTokens(apps);
    expect(await edge(apps, `/t/c/${token}`)).toMatchObject({ status: 404, body: { code: 'not_found', field: 'to' } });
  });

  it('shows where a click leads to whoever only looks, without a click', async () => {
    const token = await known();
    const before = (await apps.state()).events.accepted;
    expect(await edge(apps, `/t/c/${token}`, { method: 'HEAD' })).toMatchObject({ status: 302, location: LANDING });
    expect((await apps.state()).events.accepted).toBe(before);
  });

  it('takes viewability as an impression that was seen, and a hide with its reason', async () => {
    const token = await known();
    const seen = await edge(apps, `/t/v/${token}`, { method: 'POST', body: '{"position": 1}' });
    expect(seen.event).toMatch(TAKEN);
    const hidden = await edge(apps, `/t/h/${token}`, { method: 'POST', body: new URLSearchParams({ reason: 'dull' }) });
    expect(hidden.event).toMatch(TAKEN);
    await until('both to be stored', async () => {
      const [[impression], [feedback]] = [await stored('impression', token), await stored('feedback', token)];
      return impression?.['viewable'] === 'yes' && feedback?.['reason'] === 'dull';
    });
    const [, other = ''] = await freshTokens(apps);
    expect(await edge(apps, `/t/v/${other}`)).toMatchObject({ type: 'image/gif' });
  });

  it('puts the event under the decision that its token came from', async () => {
    let traceId = '';
    do traceId = randomBytes(16).toString('hex');
    while (!inHeadSample(traceId, telemetry().sampleRate));
    const { tokens } = await apps.ordinary.predict(predictCall(), `00-${traceId}-b7ad6b7169203331-00`);
    await edge(apps, `/t/c/${tokens[0]?.token}`);
    await until('the span to be stored', async () => {
      const sql = "SELECT 1 FROM span WHERE trace_id = $1 AND name = 'record click'";
      return (await rows(apps.database.url, sql, [traceId])).length > 0;
    });
  });

  it('keeps redirecting while the event store is away, within a second, and counts what is lost', async () => {
    const tokens = await freshTokens(apps);
    await apps.way.cut();
    try {
      for (const path of [`/t/c/${tokens[0]}`, `/t/i/${tokens[0]}`]) {
        const started = performance.now();
        const answer = await edge(apps, path);
        expect([302, 200]).toContain(answer.status);
        expect(performance.now() - started).toBeLessThan(1000);
      }
    } finally {
      await apps.way.mend();
    }
  });
});
