import { Client } from 'pg';
import type { Report } from '@adlift/client';
import { ADVISORY_LOCKS } from '@adlift/persistence';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { experimentBody, publishTreatment } from './test-experiment';

const KEY = 'totals-told';

describe('what an ad server says it has sent', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start({ predictor: { HEARTBEAT_MS: '200' } });
    await publishTreatment(apps);
    await post('/v1/experiments', { ...experimentBody(KEY), source: 'import' });
    await post(`/v1/experiments/${KEY}/start?force=true`);
    await rows(
      apps.database.url,
      // Units of ten impressions, of whom 3,000 an arm clicked once.
      `INSERT INTO exp_moments (experiment, phase, variant, units, sum_impressions, nonzero_impressions,
         product_impressions_impressions, sum_clicks, nonzero_clicks, product_clicks_clicks, product_clicks_impressions)
       SELECT '${KEY}', 1, variant, 5000, 50000, 5000, 500000, 3000, 3000, 3000, 30000
       FROM unnest(ARRAY['control', 'treatment']) AS variant`,
    );
  }, 180_000);
  afterAll(() => apps.stop());

  async function post(path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`${apps.experimentsUrl}${path}`, {
      method: 'POST',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  const tell = (control: object, treatment: object, experiment = KEY): ReturnType<typeof post> =>
    post('/v1/events/totals', {
      experiment,
      totals: [
        { variant: 'control', impressions: 50_000, clicks: 3000, ...control },
        { variant: 'treatment', impressions: 50_000, clicks: 3000, ...treatment },
      ],
    });
  /** What the report says once what was told is compared. */
  const compared = (): Promise<Report> =>
    until('what was told to be compared', async () => {
      const report = await apps.admin.report(KEY);
      return !report.folding.totalsWaiting && report;
    });
  const checkOf = ({ health }: Report) => health.checks.find(({ name }) => name === 'events_complete');
  const check = async () => checkOf(await apps.admin.report(KEY));
  const keepClicks = (clicks: number): Promise<unknown> =>
    rows(
      apps.database.url,
      `UPDATE exp_moments SET sum_clicks = ${clicks}, nonzero_clicks = ${clicks}, product_clicks_clicks = ${clicks},
         product_clicks_impressions = ${10 * clicks} WHERE experiment = '${KEY}' AND variant = 'treatment'`,
    );

  it('makes the report invalid when events of one arm are not there, and valid again once they are', async () => {
    expect(await check()).toMatchObject({ ok: true, detail: 'the ad server has not told what it sent' });
    expect(await tell({}, { clicks: 3100 })).toEqual({ status: 204, body: undefined });
    const report = await compared();
    expect(checkOf(report)).toMatchObject({ ok: false });
    expect(checkOf(report)?.detail).toContain('treatment 100 of 3100 clicks');
    expect(report.experiment).toMatchObject({ verdict: 'invalid', reasons: ['check_failed:events_complete'] });
    await keepClicks(3100);
    await tell({}, { clicks: 3100 });
    expect(checkOf(await compared())).toMatchObject({ ok: true });
  });

  // Of other units, so that nothing of them is in the arms that are compared.
  const appendDelta = (client: Client): Promise<unknown> =>
    client.query(
      `INSERT INTO event_delta (experiment, phase, variant, unit, day, exposures)
       VALUES ('another', 1, 'control', gen_random_uuid()::text, current_date, 1)`,
    );

  it('is compared while events never stop coming', async () => {
    const steady = new Client({ connectionString: apps.database.url });
    await steady.connect();
    let coming = true;
    const traffic = (async () => {
      while (coming) await appendDelta(steady);
    })();
    try {
      await keepClicks(3000);
      await tell({}, { clicks: 3100 });
      expect(checkOf(await compared())?.detail).toContain('treatment 100 of 3100 clicks');
    } finally {
      coming = false;
      await traffic;
      await steady.end();
    }
  });

  it('waits for what a predictor holds and for what is not folded, and goes by what is kept then', async () => {
    const other = new Client({ connectionString: apps.database.url });
    await other.connect();
    try {
      await keepClicks(3000);
      await other.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.fold]);
      await other.query(
        `INSERT INTO replica (id, address, software, flag_revision, models, started_at, spooled, spool_lag_ms)
         VALUES ('holds', 'a:1', 's', '', '[]', now(), 7, 600000)`,
      );
      await tell({}, { clicks: 3100 });
      const throughDelta = async (): Promise<string | null | undefined> => {
        const sql = "SELECT through_delta AS id FROM event_total WHERE stage = 'waiting' AND variant = 'control'";
        return (await rows<{ id: string | null }>(apps.database.url, sql))[0]?.id;
      };
      await until('the totals to be taken up', async () => (await throughDelta()) === null);
      await appendDelta(other);
      await other.query("UPDATE replica SET spooled = 0, spool_lag_ms = 0, spool_seen_at = now() WHERE id = 'holds'");
      await until('a predictor to hold nothing as old', async () => typeof (await throughDelta()) === 'string');
      expect(checkOf(await apps.admin.report(KEY))).toMatchObject({ ok: false });
      await keepClicks(3100);
      await other.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCKS.fold]);
      expect(checkOf(await compared())).toMatchObject({ ok: true });
    } finally {
      await other.query("DELETE FROM replica WHERE id = 'holds'");
      await other.end();
    }
  });

  it.each<[string, object, object, string | undefined, number, string]>([
    ['another variant', {}, { variant: 'other' }, KEY, 400, 'totals[1].variant'],
    ['a variant twice', {}, { variant: 'control' }, KEY, 400, 'totals[1].variant'],
    ['less than nothing', { clicks: -1 }, {}, KEY, 400, 'totals[0].clicks'],
    ['half an impression', {}, { impressions: 0.5 }, KEY, 400, 'totals[1].impressions'],
    ['a field that is not known', { hides: 3 }, {}, KEY, 400, 'totals[0]'],
    ['an experiment that does not exist', {}, {}, 'nobody', 404, 'key'],
  ])('is refused for %s', async (_, control, treatment, experiment, status, field) => {
    expect(await tell(control, treatment, experiment)).toMatchObject({ status, body: { field } });
  });
});
