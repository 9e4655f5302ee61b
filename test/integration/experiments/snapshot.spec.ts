import type { Report } from '@adlift/client';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { experimentBody, publishTreatment } from './test-experiment';

const KEY = 'snapshot-kept';

interface Kept {
  readonly id: string;
  readonly digest: string;
  readonly engine: string;
  readonly verdict: string;
  readonly report: Report;
}

describe('a snapshot of a report', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start({ experiments: { LIFECYCLE_INTERVAL_MS: '100' } });
    await publishTreatment(apps);
    await call('POST', '', { ...experimentBody(KEY), source: 'import' });
    await call('POST', `/${KEY}/start?force=true`);
    await keepMoments('control', 1000, 0);
    await keepMoments('treatment', 1010, 0);
  }, 180_000);
  afterAll(() => apps.stop());

  async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`${apps.experimentsUrl}/v1/experiments${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  }

  /** 5,000 units of ten impressions, of whom `clickers` click once, as predicted, each click worth 0.9 and more. */
  async function keepMoments(variant: string, clickers: number, moreClicks: number): Promise<void> {
    await rows(
      apps.database.url,
      `INSERT INTO exp_moments (experiment, phase, variant, units, sum_impressions, nonzero_impressions,
         product_impressions_impressions, sum_clicks, nonzero_clicks, product_clicks_clicks, product_clicks_impressions,
         sum_capped_micros, nonzero_capped_micros, product_capped_micros_capped_micros,
         product_capped_micros_impressions, sum_predicted_clicks_e9, nonzero_predicted_clicks_e9,
         product_predicted_clicks_e9_predicted_clicks_e9, product_predicted_clicks_e9_clicks)
       SELECT '${KEY}', 1, '${variant}', 5000, 50000, 5000, 500000, c, c, c, 10 * c,
         900001 * c, c, 900001::numeric * 900001 * c, 9000010::numeric * c, 200000000::numeric * 5000, 5000,
         200000000::numeric * 200000000 * 5000, 200000000::numeric * c
       FROM (SELECT ${clickers + moreClicks}::numeric AS c) AS given
       ON CONFLICT (experiment, phase, variant) DO UPDATE SET sum_clicks = excluded.sum_clicks`,
    );
  }

  it('is kept whatever becomes of the sums, and comes out to the digit when it is made again', async () => {
    const taken = await call('POST', `/${KEY}/snapshots`);
    expect(taken.status).toBe(201);
    const kept = taken.body as Kept;
    expect(kept.report).toEqual(await apps.admin.report(KEY));
    expect(kept.report.guardrails.map(({ name, ok }) => [name, ok])).toEqual([
      ['calibration', true],
      ['calibration', true],
      ['fallback_share', true],
      ['fallback_share', true],
      ['latency', true],
    ]);
    await keepMoments('treatment', 1010, 5);
    expect((await apps.admin.report(KEY)).traffic.clicks).toBe(kept.report.traffic.clicks + 5);
    expect(await call('GET', `/${KEY}/snapshots/${kept.id}`)).toEqual({ status: 200, body: kept });
    expect(await call('GET', `/${KEY}/snapshots/${kept.id}/recomputed`)).toEqual({
      status: 200,
      body: { id: kept.id, engine: kept.engine, digest: kept.digest, same: true, report: kept.report },
    });
    expect(await call('GET', `/${KEY}/snapshots`)).toMatchObject({
      status: 200,
      body: { snapshots: [{ id: kept.id, digest: kept.digest, verdict: kept.verdict }] },
    });
  });

  it('is taken by itself when the traffic ends, without what still waits, and when the windows have drained', async () => {
    const bySystem = async (): Promise<Kept[]> => {
      const { body } = await call('GET', `/${KEY}/snapshots`);
      const lines = (body as { snapshots: (Kept & { takenBy: string })[] }).snapshots;
      return Promise.all(
        lines
          .filter(({ takenBy }) => takenBy === 'adlift')
          .map(async ({ id }) => (await call('GET', `/${KEY}/snapshots/${id}`)).body as Kept),
      );
    };
    const states = async (): Promise<string[]> => (await bySystem()).map(({ report }) => report.experiment.state);
    expect(await states()).toEqual([]);
    await rows(
      apps.database.url,
      `UPDATE experiment SET state = 'stopping', ended_at = now(), drain_until = now() + interval '1 day' WHERE key = $1`,
      [KEY],
    );
    await until('the end of the traffic to be kept', async () => (await states()).length === 1);
    await call('POST', `/${KEY}/conclude`);
    await until('the conclusion to be kept', async () => (await states()).length === 2);
    expect(await states()).toEqual(['concluded', 'stopping']);
    const [concluded] = await bySystem();
    expect(concluded?.report).toEqual(await apps.admin.report(KEY));
  });

  it('cannot be changed or taken away, not even by SQL', async () => {
    for (const statement of [
      "UPDATE report_snapshot SET digest = 'other'",
      'DELETE FROM report_snapshot',
      'TRUNCATE report_snapshot',
    ]) {
      await expect(rows(apps.database.url, statement)).rejects.toThrow('a snapshot stays as it was taken');
    }
  });

  it('is not recomputed by another version of the statistics than made it', async () => {
    const id = '01890000-0000-7000-8000-0000000000ee';
    await rows(
      apps.database.url,
      `INSERT INTO report_snapshot (id, experiment, phase, taken_by, engine, inputs, report, digest)
       SELECT $1, experiment, phase, taken_by, '1', '{}', report, digest FROM report_snapshot LIMIT 1`,
      [id],
    );
    expect(await call('GET', `/${KEY}/snapshots/${id}/recomputed`)).toMatchObject({
      status: 409,
      body: { code: 'failed_precondition', detail: expect.stringContaining('version 1 of the statistics') as string },
    });
  });

  it('is not found for another id, another experiment, or what is no id', async () => {
    const kept = (await call('POST', `/${KEY}/snapshots`)).body as Kept;
    for (const path of [
      `/nobody/snapshots/${kept.id}`,
      `/${KEY}/snapshots/01890000-0000-7000-8000-000000000000`,
      `/${KEY}/snapshots/everything`,
      '/nobody/snapshots',
    ]) {
      expect(await call('GET', path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
    expect(await call('POST', '/nobody/snapshots')).toMatchObject({ status: 404 });
  });
});
