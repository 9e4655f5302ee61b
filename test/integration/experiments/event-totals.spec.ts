import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { experimentBody, publishTreatment } from './test-experiment';

const KEY = 'totals-told';

describe('what an ad server says it has sent', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start({});
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
  const check = async () => (await apps.admin.report(KEY)).health.checks.find(({ name }) => name === 'events_complete');

  it('makes the report invalid when events of one arm are not there, and valid again once they are', async () => {
    expect(await check()).toMatchObject({ ok: true, detail: 'the ad server has not told what it sent' });
    expect(await tell({}, { clicks: 3100 })).toEqual({ status: 204, body: undefined });
    expect(await check()).toMatchObject({ ok: false });
    expect((await check())?.detail).toContain('treatment 100 of 3100 clicks');
    expect((await apps.admin.report(KEY)).experiment).toMatchObject({
      verdict: 'invalid',
      reasons: ['check_failed:events_complete'],
    });
    await rows(
      apps.database.url,
      `UPDATE exp_moments SET sum_clicks = 3100, nonzero_clicks = 3100, product_clicks_clicks = 3100,
         product_clicks_impressions = 31000 WHERE experiment = '${KEY}' AND variant = 'treatment'`,
    );
    expect(await check()).toMatchObject({ ok: true });
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
