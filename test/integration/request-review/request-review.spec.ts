import type { HealthCheck, Report } from '@adlift/client';
import { startExperiment, publishTreatment } from '../experiments/test-experiment';
import { predictCall } from '../predictor/predict-call';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

const KEY = 'looked-through';
const UNITS = 40;

describe('looking through the prediction log', () => {
  let apps: TestApps;
  let played = 0;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true, experiments: { REQUEST_REVIEW_MS: '100' } });
    await publishTreatment(apps);
    await startExperiment(apps, KEY);
  }, 180_000);
  afterAll(() => apps.stop());

  /** One request of each unit, and the report once all of them were looked at. */
  async function play(units: readonly string[]): Promise<Report> {
    for (const unitId of units) await apps.ordinary.predict(predictCall({ unitId }));
    played += units.length;
    return until(`${played} requests to be looked at`, async () => {
      const report = await apps.admin.report(KEY);
      return report.reviewed.requests === played && report.folding.pendingDeltas === 0 && report;
    });
  }

  const named = (prefix: string): string[] => Array.from({ length: UNITS }, (_, i) => `${prefix}-${i}`);
  const check = ({ health }: Report, name: string): HealthCheck | undefined =>
    health.checks.find((one) => one.name === name);

  it('finds each request once, in the arm of its flag, with an exposure', async () => {
    const report = await play([...named('plain'), ...named('plain')]);
    expect(check(report, 'assignment_leak')?.ok).toBe(true);
    expect(check(report, 'assignment_leak')?.detail).toMatch(/^0 of 80 /);
    expect(check(report, 'assignment_leak')?.detail).not.toContain('cannot be told');
    expect(check(report, 'missing_units')?.ok).toBe(true);
    expect(check(report, 'missing_units')?.detail).toMatch(/^0 units .* 40 /);
    expect(Date.now() - Date.parse(report.reviewed.through ?? '')).toBeLessThan(60_000);
    const counted = await rows<{ variant: string; requests: number; logged: number }>(
      apps.database.url,
      `SELECT variant, sum(requests)::int AS requests,
         (SELECT count(*)::int FROM prediction WHERE assignments @> jsonb_build_array(jsonb_build_object('assigned', variant)))
           AS logged
       FROM arm_latency WHERE experiment = $1 GROUP BY variant ORDER BY variant`,
      [KEY],
    );
    expect(counted.map(({ variant }) => variant)).toEqual(['control', 'treatment']);
    for (const { requests, logged } of counted) expect(requests).toBe(logged);
  });

  it('bins latencies by eighths of an octave of microseconds', async () => {
    const bins = await rows<{ bin: number; requests: number }>(
      apps.database.url,
      'SELECT bin::int, sum(requests)::int AS requests FROM arm_latency WHERE experiment = $1 GROUP BY bin ORDER BY bin',
      [KEY],
    );
    const logged = await rows<{ us: number }>(apps.database.url, 'SELECT total_us AS us FROM prediction');
    const expected = new Map<number, number>();
    for (const { us } of logged) {
      const bin = Math.floor(8 * Math.log2(us));
      expected.set(bin, (expected.get(bin) ?? 0) + 1);
    }
    expect(new Map(bins.map(({ bin, requests }) => [bin, requests]))).toEqual(expected);
  });

  it('names the units that have no exposure, until it is there', async () => {
    const lost = await rows(
      apps.database.url,
      `WITH gone AS (DELETE FROM exposure WHERE experiment = $1 AND unit LIKE 'plain-1%' RETURNING *)
       SELECT *, exposed_at::text, received_at::text FROM gone`,
      [KEY],
    );
    expect(lost).toHaveLength(11);
    const report = await play(named('plain'));
    expect(check(report, 'missing_units')?.ok).toBe(false);
    expect(check(report, 'missing_units')?.detail).toMatch(/^11 units /);
    expect(report.experiment.reasons).toContain('check_failed:missing_units');
    expect(check(report, 'assignment_leak')?.ok).toBe(true);
    await rows(
      apps.database.url,
      'INSERT INTO exposure SELECT * FROM jsonb_populate_recordset(null::exposure, $1::jsonb)',
      [JSON.stringify(lost)],
    );
    await until('the units to be there again', async () => check(await apps.admin.report(KEY), 'missing_units')?.ok);
  });

  it('erases a unit from the list of those without an exposure too', async () => {
    await rows(apps.database.url, "DELETE FROM exposure WHERE unit = 'plain-7'");
    const report = await play(['plain-7']);
    expect(check(report, 'missing_units')?.ok).toBe(false);
    await apps.admin.eraseUnit('plain-7');
    expect(await rows(apps.database.url, 'SELECT FROM unexposed_unit')).toEqual([]);
  });

  it('names requests whose logged arm is not what the flag gives to the unit', async () => {
    await rows(
      apps.database.url,
      `CREATE FUNCTION log_another_arm() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF NEW.unit = 'leaky-3' THEN
           NEW.assignments := jsonb_set(NEW.assignments, '{0,assigned}', to_jsonb(
             CASE NEW.assignments #>> '{0,assigned}' WHEN 'control' THEN 'treatment' ELSE 'control' END));
         END IF;
         RETURN NEW;
       END $$`,
    );
    await rows(
      apps.database.url,
      'CREATE TRIGGER leak BEFORE INSERT ON prediction FOR EACH ROW EXECUTE FUNCTION log_another_arm()',
    );
    const report = await play(named('leaky'));
    const leak = check(report, 'assignment_leak');
    expect(leak?.ok).toBe(false);
    expect(leak?.detail).toMatch(new RegExp(`^1 of ${played} logged requests`));
    expect(report.experiment.reasons).toEqual(['check_failed:assignment_leak']);
    const [example] = await rows<{ id: string }>(
      apps.database.url,
      "SELECT prediction_id AS id FROM prediction WHERE unit = 'leaky-3'",
    );
    expect(leak?.detail).toContain(`for example prediction ${example?.id} has "`);
  });

  it('names exposures to another arm', async () => {
    const before = (await apps.admin.report(KEY)).reviewed.requests;
    await rows(
      apps.database.url,
      `UPDATE exposure SET variant = CASE variant WHEN 'control' THEN 'treatment' ELSE 'control' END
       WHERE unit = 'plain-20'`,
    );
    const report = await play(['plain-20']);
    expect(report.reviewed.requests).toBe(before + 1);
    expect(check(report, 'assignment_leak')?.detail).toMatch(new RegExp(`^2 of ${played} `));
  });

  it('can tell the arms of an experiment in a layer by both of its flags', async () => {
    await rows(apps.database.url, 'DROP TRIGGER leak ON prediction');
    await apps.admin.stopExperiment(KEY);
    const key = 'looked-through-in-a-layer';
    await startExperiment(apps, key, { layer: { name: 'review', slots: [{ from: 1, to: 60 }] } });
    let inside = 0;
    for (const unitId of named('layered')) {
      const { assignments } = await apps.ordinary.predict(predictCall({ unitId }));
      if (assignments.some(({ experiment, assigned }) => experiment === key && assigned !== '')) inside++;
    }
    expect(inside).toBeGreaterThan(0);
    expect(inside).toBeLessThan(UNITS);
    const report = await until('them to be looked at', async () => {
      const now = await apps.admin.report(key);
      return now.reviewed.requests === inside && now;
    });
    expect(check(report, 'assignment_leak')?.detail).toBe(
      `0 of ${inside} logged requests looked at have another arm than their flag gives to the unit`,
    );
  });
});
