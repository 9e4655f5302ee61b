import { sliceTable, type SliceReport } from '@adlift/client';
import { proto } from '@adlift/wire';
import { SliceStore } from '../../../apps/experiments/src/slice/slice-store';
import { publishTreatment, startExperiment } from '../experiments/test-experiment';
import { predictCall } from '../predictor/predict-call';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

const { IMPRESSION, CLICK } = proto.v1.EventKind;
const KEY = 'cut';
const UNITS = 60;
const CAMPAIGNS = ['books', 'shoes', 'cars'];

describe('slices of an experiment', () => {
  let apps: TestApps;
  let report: SliceReport;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true, experiments: { SLICES_REFRESH_MS: '200' } });
    await publishTreatment(apps);
    await startExperiment(apps, KEY);
    expect((await apps.admin.slices(KEY)).dimensions).toEqual([]);
    const tokens: string[] = [];
    const routing: Record<string, string>[] = [{ device: 'phone', country: 'DE' }, { device: 'television' }];
    for (let i = 0; i < UNITS; i++) {
      const campaignId = [CAMPAIGNS[i % 3] ?? ''];
      const { tokens: minted } = await apps.ordinary.predict(
        predictCall({ unitId: `unit-${i}`, campaignId, routing: routing[i % 2] ?? {} }),
      );
      tokens.push(minted[0]?.token ?? '');
    }
    await apps.ordinary.recordEvents(
      tokens.flatMap((token, i) => [{ kind: IMPRESSION, token }, ...(i % 2 === 0 ? [{ kind: CLICK, token }] : [])]),
    );
    // The job rests nineteen times as long as it takes.
    await until(
      'all to be cut',
      async () => {
        report = await apps.admin.slices(KEY);
        const clicks = report.dimensions.map(({ slices }) =>
          slices.reduce((sum, { impressions }) => sum + impressions, 0),
        );
        return clicks.length === 5 && clicks.every((impressions) => impressions === UNITS);
      },
      80_000,
    );
  }, 120_000);
  afterAll(() => apps.stop());

  it('have the rates of each part, the largest first', () => {
    expect(report.experiment).toEqual({ key: KEY, phase: 1 });
    expect(report.dimensions.map(({ dimension }) => dimension)).toEqual([
      ...['ad', 'campaign', 'country', 'device', 'placement'],
    ]);
    const campaigns = report.dimensions[1];
    expect(campaigns?.slices.map(({ value }) => value)).toEqual([...CAMPAIGNS].sort());
    for (const { impressions, sampleRatio, metrics } of campaigns?.slices ?? []) {
      expect(impressions).toBe(UNITS / 3);
      expect(sampleRatio.units.reduce((sum, units) => sum + units)).toBe(UNITS / 3);
      expect(sampleRatio.ok).toBe(true);
      expect(metrics.map(({ metric }) => metric)).toEqual(['ctr', 'conversionRate', 'rpm']);
      const [ctr, conversionRate] = metrics;
      expect(ctr?.arms.map(({ value }) => value).every((value) => value !== null && value > 0)).toBe(true);
      expect(ctr?.adjustedP['treatment']).toEqual(expect.any(Number));
      // Nobody bought: said, and not a zero.
      expect(conversionRate?.comparisons[0]?.result).toMatchObject({ refused: true });
      expect(conversionRate?.adjustedP).toEqual({ treatment: null });
    }
    expect(Date.now() - Date.parse(campaigns?.countedAt ?? '')).toBeLessThan(60_000);
  });

  it('have what requests said of country and device when the unit came in', () => {
    const parts = (dimension: string) =>
      report.dimensions
        .find((one) => one.dimension === dimension)
        ?.slices.map(({ value, impressions }) => [value, impressions]);
    expect(parts('device')).toEqual([
      ['phone', UNITS / 2],
      ['television', UNITS / 2],
    ]);
    expect(parts('country')).toEqual([
      ['DE', UNITS / 2],
      ['unknown', UNITS / 2],
    ]);
  });

  it('have all rates when they are asked for', async () => {
    const { dimensions } = await apps.admin.slices(KEY, 'campaign', 'all');
    const names = dimensions[0]?.slices[0]?.metrics.map(({ metric }) => metric);
    expect(names).toEqual(expect.arrayContaining(['ctr', 'rpm', 'hideRate', 'revenuePerClick', 'fallbackShare']));
    // Units that did nothing in a slice are not known to belong to it.
    expect(names).not.toContain('clicksPerUnit');
  });

  it('can be read in a terminal', () => {
    const lines = sliceTable(report).split('\n');
    expect(lines[0]).toBe(`experiment ${KEY}, phase 1`);
    expect(lines.filter((line) => line.startsWith('campaign, counted at'))).toHaveLength(1);
    expect(lines.find((line) => line.startsWith('books'))).toMatch(/^books +20 +CTR +treatment +[+-][0-9.]+ % +/);
    expect(lines.join('\n')).toContain('no inference: zero_baseline');
  });

  it('are counted on after the stop, as long as conversions are waited for and a day more', async () => {
    const source = apps.experiments.get(SliceStore);
    const counted = async (): Promise<boolean> => (await source.open()).some(({ key }) => key === KEY);
    const ended = (ago: number, drained: number): Promise<unknown> =>
      rows(
        apps.database.url,
        `UPDATE experiment SET ended_at = now() - $2 * interval '1 day', drain_until = now() - $3 * interval '1 day'
         WHERE key = $1`,
        [KEY, ago, drained],
      );
    await apps.admin.stopExperiment(KEY);
    await ended(5, -20);
    expect(await counted()).toBe(true);
    await ended(35, 0.9);
    expect(await counted()).toBe(true);
    await ended(35, 1.1);
    expect(await counted()).toBe(false);
  });

  it('can be asked for by one dimension, of those that there are', async () => {
    const { dimensions } = await apps.admin.slices(KEY, 'placement');
    expect(dimensions.map(({ dimension }) => dimension)).toEqual(['placement']);
    await expect(apps.admin.slices(KEY, 'weather')).rejects.toMatchObject({
      status: 400,
      detail: 'dimension: must be one of placement, campaign, ad, country, device',
    });
    await expect(apps.admin.slices('nothing')).rejects.toMatchObject({ status: 404 });
  });
});
