import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TokenSealer } from '@adlift/tokens';
import { type PredictRequest, proto } from '@adlift/wire';
import { AdCatalogue } from '../../../apps/predictor/src/catalogue/ad-catalogue';
import type { PredictorState } from '../../../apps/predictor/src/health/predictor-status';
import { CuttableProxy } from '../setup/cuttable-proxy';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { predictCall } from '../predictor/predict-call';
import { startPredictor } from './second-predictor';

/** Row flags, as docs/errors.md lists them. */
const MISSING_FEATURE = 1;
const UNKNOWN_COLUMN = 32;

let made = 0;

/** A request id that was not used before: a repeated one would get the answer of the first. */
function freshId(stem: string): string {
  return `${stem}-${made++}`;
}

describe('predictions for ads of the catalogue', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
    await apps.admin.putAds([
      {
        adId: 'ad-1',
        campaignId: 'c-1',
        landingUrl: 'https://shop.example/1',
        features: { ad: 1, site: 'news', price: 1 },
      },
      { adId: 'ad-2', campaignId: 'c-2', features: { ad: 2, site: 'été', price: 2.5, brand: 'unheard-of' } },
    ]);
    const { catalogueVersion } = await apps.admin.putAds([{ adId: 'ad-3', features: { ad: 3, price: 4 } }]);
    await reached(catalogueVersion);
  }, 60_000);
  afterAll(() => apps.stop());

  function reached(version: number, state = (): Promise<PredictorState> => apps.state()): Promise<unknown> {
    return until(
      `the predictor to be at catalogue version ${version}`,
      async () => (await state()).catalogue.version >= version,
    );
  }

  it('have the scores that the same features in the request give, over HTTP and over gRPC', async () => {
    const adIds = ['ad-1', 'ad-2', 'ad-3', 'ad-4'];
    const inline = await apps.post('/v1/predict', {
      requestId: 'inline',
      adIds: adIds.map((adId) => `other-${adId}`),
      features: { ad: [1, 2, 3, null], site: ['news', 'été', null, null], price: [1, 2.5, 4, null] },
    });
    const expected = inline.body as { pctr: number[]; rowFlags: number[] };
    const { body } = await apps.post('/v1/predict', { requestId: 'joined', adIds });
    expect(body).toMatchObject({ fallback: false, pctr: expected.pctr, rowFlags: expected.rowFlags });
    const grpc = await apps.ordinary.predict(
      predictCall({ n: 4, adId: adIds, columns: [], campaignId: [], bidMicros: [] }),
    );
    expect(Array.from(grpc.pctr)).toEqual(expected.pctr);
    expect(new Set(expected.pctr).size).toBe(4);
  });

  it('carry the catalogue version in the answer, the token and the prediction log, and the campaign with them', async () => {
    const { version } = (await apps.state()).catalogue;
    const requestId = 'traced-to-its-version';
    const answer = await apps.ordinary.predict(predictCall({ requestId, columns: [], campaignId: [] }));
    expect(answer.catalogueVersion).toBe(version);
    const sealer = apps.predictor.get(TokenSealer);
    const claims = answer.tokens.map(({ token }) => sealer.open(token ?? ''));
    expect(claims.map(({ catalogueVersion }) => catalogueVersion)).toEqual([version, version, version]);
    expect(claims.map(({ campaignId }) => campaignId)).toEqual(['c-1', 'c-2', '']);
    const [logged] = await until('the log row', async () => {
      const found = await rows<object>(
        apps.database.url,
        'SELECT catalogue_version, campaign_ids, columns FROM prediction WHERE request_id = $1',
        [requestId],
      );
      return found.length > 0 && found;
    });
    expect(logged).toEqual({
      catalogue_version: version,
      campaign_ids: ['c-1', 'c-2', ''],
      columns: Buffer.alloc(0),
    });
  });

  it('leave what was logged, and what is reported later, as the ad was when it was served', async () => {
    const ad = { adId: 'sold', campaignId: 'first', features: { ad: 1, price: 2 } };
    await reached((await apps.admin.putAds([ad])).catalogueVersion);
    const call = predictCall({ n: 1, adId: ['sold'], bidMicros: [400_000], columns: [], campaignId: [] });
    const { tokens, predictionId } = await apps.ordinary.predict(call);
    const token = tokens[0]?.token ?? '';
    const report = (kind: proto.v1.EventKind): Promise<unknown> => apps.ordinary.recordEvents([{ kind, token }]);
    const logged = (table: string): Promise<{ row: object }[]> =>
      until(`the row of ${table}`, async () => {
        const sql = `SELECT to_jsonb(t) AS row FROM ${table} t WHERE prediction_id = $1`;
        const found = await rows<{ row: object }>(apps.database.url, sql, [predictionId]);
        return found.length > 0 && found;
      });
    await report(proto.v1.EventKind.IMPRESSION);
    const before = [await logged('prediction'), await logged('impression')];
    const changed = { adId: 'sold', campaignId: 'second', features: { ad: 2, price: 9 } };
    await reached((await apps.admin.putAds([changed])).catalogueVersion);
    await report(proto.v1.EventKind.CLICK);
    const [click] = await logged('click');
    expect(click.row).toMatchObject({ ad_id: 'sold', campaign_id: 'first' });
    expect([await logged('prediction'), await logged('impression')]).toEqual(before);
    expect(before[1][0].row).toMatchObject({ campaign_id: 'first' });
    const again = await apps.ordinary.predict({ ...call, requestId: freshId('sold') });
    expect(apps.predictor.get(TokenSealer).open(again.tokens[0]?.token ?? '').campaignId).toBe('second');
  });

  it('use the features of the request before those of the catalogue', async () => {
    const adIds = ['ad-1', 'ad-2'];
    const own = { requestId: 'own', adIds, features: { price: [40, 50] } };
    const all = { ...own, requestId: 'all', features: { ad: [1, 2], site: ['news', 'été'], price: [40, 50] } };
    const [joined, inline] = [await apps.post('/v1/predict', own), await apps.post('/v1/predict', all)];
    expect((joined.body as { pctr: number[] }).pctr).toEqual((inline.body as { pctr: number[] }).pctr);
  });

  it('flag what an ad lacks, and unknown columns only when the caller sent them', async () => {
    const flags = async (features: object): Promise<number[]> => {
      const { body } = await apps.post('/v1/predict', {
        requestId: freshId('flags'),
        adIds: ['ad-2', 'ad-3'],
        features,
      });
      return (body as { rowFlags: number[] }).rowFlags;
    };
    expect(await flags({})).toEqual([0, MISSING_FEATURE]);
    expect(await flags({ surprise: 1 })).toEqual([UNKNOWN_COLUMN, UNKNOWN_COLUMN | MISSING_FEATURE]);
  });

  it('follow changes and removals', async () => {
    const score = async (): Promise<number> =>
      ((await apps.post('/v1/predict', { requestId: freshId('follow'), adIds: ['moving'] })).body as { pctr: [number] })
        .pctr[0];
    const without = await score();
    await reached((await apps.admin.putAds([{ adId: 'moving', features: { ad: 5, price: 9 } }])).catalogueVersion);
    const first = await score();
    await reached((await apps.admin.putAds([{ adId: 'moving', features: { ad: 6, price: 1 } }])).catalogueVersion);
    const second = await score();
    expect(new Set([without, first, second]).size).toBe(3);
    const { ads } = (await apps.state()).catalogue;
    await reached((await apps.admin.removeAd('moving')).catalogueVersion);
    expect([await score(), (await apps.state()).catalogue.ads]).toEqual([without, ads - 1]);
  });

  it('see whole versions only, whatever is written meanwhile', async () => {
    const catalogue = apps.predictor.get(AdCatalogue);
    const adIds = Array.from({ length: 60 }, (_, i) => `whole-${i}`);
    const putAll = (price: number): Promise<{ catalogueVersion: number }> =>
      apps.admin.putAds(adIds.map((adId) => ({ adId, features: { price } })));
    let last = (await putAll(0)).catalogueVersion;
    await reached(last);
    const priceOf = new Map([[last, 0]]);
    const seen = new Map<number, number>();
    let done = false;
    const writing = (async () => {
      for (let price = 1; price <= 12; price++) {
        last = (await putAll(price)).catalogueVersion;
        priceOf.set(last, price);
      }
      await reached(last);
      done = true;
    })();
    while (!done) {
      const joined = catalogue.join({
        n: 60,
        adIds,
        columns: new Map(),
        campaignIds: ['c'],
      } as unknown as PredictRequest);
      const { values, missing } = joined.columns.get('price') as { values: Float32Array; missing?: Uint8Array };
      expect([new Set(values).size, missing]).toEqual([1, undefined]);
      seen.set(catalogue.version, values[0] ?? NaN);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await writing;
    for (const [version, price] of seen) expect(price).toBe(priceOf.get(version));
    expect(seen.get(last)).toBe(12);
  });

  it('go on with the last catalogue while PostgreSQL is away, say why, and catch up after', async () => {
    const before = (await apps.state()).catalogue;
    await apps.way.cut();
    const { catalogueVersion } = await apps.admin.putAds([{ adId: 'meanwhile', features: { price: 3 } }]);
    const state = await until('the failure to be told', async () => {
      const { catalogue } = await apps.state();
      return catalogue.lastError !== null && catalogue;
    });
    expect(state).toMatchObject({ version: before.version, ads: before.ads });
    const answer = await apps.ordinary.predict(predictCall({ columns: [] }));
    expect([answer.fallback, answer.catalogueVersion]).toEqual([false, before.version]);
    await apps.way.mend();
    await reached(catalogueVersion);
    const after = (await apps.state()).catalogue;
    expect([after.lastError, after.ads]).toEqual([null, before.ads + 1]);
  });

  it('come from the copy on disk when a predictor starts without PostgreSQL, and from a new database once it is there', async () => {
    const home = mkdtempSync(join(tmpdir(), 'adlift-second-'));
    const way = await CuttableProxy.to(apps.database.url);
    const state = (url: string) => async (): Promise<PredictorState> =>
      (await (await fetch(`${url}/v1/status`)).json()) as PredictorState;
    const { version, ads } = (await apps.state()).catalogue;
    const first = await startPredictor(apps, home, way.url);
    await reached(version, state(first.url));
    await first.app.close();

    await way.cut();
    const second = await startPredictor(apps, home, way.url);
    try {
      const { catalogue } = await until('the catalogue and a model', async () => {
        const now = await state(second.url)();
        return now.catalogue.lastError !== null && now.models.loaded.length > 0 && now;
      });
      expect(catalogue).toMatchObject({ version, ads, refreshedAt: null });
      const answer = await fetch(`${second.url}/v1/predict`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ requestId: freshId('from-disk'), adIds: ['ad-1'] }),
      });
      expect(await answer.json()).toMatchObject({ catalogueVersion: version, rowFlags: [0], fallback: false });

      await rows(
        apps.database.url,
        `WITH gone AS (DELETE FROM ad_version) UPDATE ad_catalogue SET id = gen_random_uuid(), version = 0`,
      );
      await way.mend();
      await until('the other catalogue', async () => (await state(second.url)()).catalogue.ads === 0);
    } finally {
      await second.app.close();
      await way.cut();
      rmSync(home, { recursive: true, force: true });
    }
  });
});
