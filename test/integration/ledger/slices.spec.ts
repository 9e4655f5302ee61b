import { keepSlices } from '@adlift/ledger';
import { eventOf, EXPERIMENT, exposureOf, fact } from './ledger-facts';
import { LedgerBench } from './ledger-bench';

const PHASE = 1;
const EVENTS = 120;

describe('slices', () => {
  let bench: LedgerBench;
  beforeEach(async () => {
    bench = await LedgerBench.open();
  });
  afterEach(() => bench.close());

  const of = (i: number) => ({ claims: { campaignId: `campaign-${i % 3}`, adId: `ad-${i % 2}` } });

  it('hold what the raw rows of each part of the traffic give, and no more after a recount', async () => {
    const numbers = Array.from({ length: EVENTS }, (_, i) => i);
    const writer = bench.writer();
    await writer.recordExposures(numbers.map((i) => exposureOf(fact(i))));
    await writer.recordEvents(
      numbers.flatMap((i) => [
        eventOf(fact(i), 'impression', of(i)),
        ...(i % 5 === 0 ? [eventOf(fact(i), 'click', of(i))] : []),
        ...(i % 11 === 0 ? [eventOf(fact(i), 'invalidate', of(i))] : []),
      ]),
    );
    await bench.fold();
    for (let again = 0; again < 2; again++)
      await bench.withClient((client) => keepSlices(client, EXPERIMENT, PHASE, 'campaign'));
    const kept = await bench.rows(
      `SELECT value, variant, units::int, sum_impressions::int AS impressions, sum_clicks::int AS clicks,
         sum_charged_micros::text AS charged, product_clicks_impressions::int AS product
       FROM exp_slice WHERE dimension = 'campaign' ORDER BY 1, 2`,
    );
    const recounted = await bench.rows(
      `WITH seen AS (
         SELECT campaign_id AS value, unit, assignment_set, 1 AS impressions, 0 AS clicks, charged_micros FROM impression WHERE valid
         UNION ALL SELECT campaign_id, unit, assignment_set, 0, 1, charged_micros FROM click WHERE valid
       ), units AS (
         SELECT value, assigned AS variant, unit, sum(impressions) AS i, sum(clicks) AS k, sum(charged_micros) AS c
         FROM seen JOIN assignment_set a ON a.id = assignment_set
         WHERE a.experiment = $1 AND a.phase = $2 GROUP BY 1, 2, 3
       )
       SELECT value, variant, count(*)::int AS units, sum(i)::int AS impressions, sum(k)::int AS clicks,
         sum(c)::text AS charged, sum(i * k)::int AS product
       FROM units GROUP BY 1, 2 ORDER BY 1, 2`,
      [EXPERIMENT, PHASE],
    );
    expect(recounted).toHaveLength(6);
    expect(kept).toEqual(recounted);
  });

  it('tell ads that are new since the phase began from those that were shown before', async () => {
    const writer = bench.writer();
    await writer.recordEvents([0, 1, 2, 3, 4, 5].map((i) => eventOf(fact(i), 'impression', of(i))));
    await bench.rows(
      `INSERT INTO experiment (key, description, source, state, design) VALUES ($1, '', 'import', 'running', '{}')`,
      [EXPERIMENT],
    );
    await bench.rows(
      `INSERT INTO experiment_phase (experiment, phase, weights, reason, opened_at)
       VALUES ($1, $2, '{}', '', '2026-11-01T12:00:00Z')`,
      [EXPERIMENT, PHASE],
    );
    await bench.rows(
      `INSERT INTO ad_rate_day (day, placement, campaign_id, ad_id, impressions, clicks, conversions)
       VALUES ('2026-10-31', 'top', 'c', $1, 5, 0, 0), ('2026-11-01', 'top', 'c', 'another', 5, 0, 0)`,
      ['ad-1'],
    );
    await bench.withClient((client) => keepSlices(client, EXPERIMENT, PHASE, 'ad'));
    const kept = await bench.rows<{ value: string; n: number }>(
      'SELECT value, sum(sum_impressions)::int AS n FROM exp_slice GROUP BY value ORDER BY value',
    );
    const [expected] = await bench.rows<{ old: number; all: number }>(
      `SELECT count(*) FILTER (WHERE ad_id = $1)::int AS old, count(*)::int AS all FROM impression
       WHERE assignment_set IN (SELECT id FROM assignment_set WHERE experiment = $2)`,
      ['ad-1', EXPERIMENT],
    );
    const count = (value: string): number => kept.find((one) => one.value === value)?.n ?? 0;
    expect(count('seen before')).toBe(expected?.old);
    expect(count('new')).toBe((expected?.all ?? NaN) - (expected?.old ?? NaN));
  });

  it('put a unit where it was when it came in, by its earliest exposure in whatever order they arrive', async () => {
    const writer = bench.writer();
    const [first, later, silent] = [fact(1, 'a'), fact(2, 'a', fact(1, 'a').assignment.assigned), fact(3, 'b')];
    await writer.recordExposures([{ ...exposureOf(later), country: 'FR', device: 'x'.repeat(41) }, exposureOf(silent)]);
    await writer.recordExposures([{ ...exposureOf(first), country: 'DE', device: 'phone' }]);
    await writer.recordEvents([first, later, silent].map((one) => eventOf(one, 'impression')));
    const cut = async (dimension: 'country' | 'device') => {
      await bench.withClient((client) => keepSlices(client, EXPERIMENT, PHASE, dimension));
      return bench.rows(
        `SELECT value, units::int, sum_impressions::int AS impressions FROM exp_slice
         WHERE dimension = '${dimension}' ORDER BY value`,
      );
    };
    const unknown = { value: 'unknown', units: 1, impressions: 1 };
    expect(await cut('country')).toEqual([{ value: 'DE', units: 1, impressions: 2 }, unknown]);
    expect(await cut('device')).toEqual([{ value: 'phone', units: 1, impressions: 2 }, unknown]);
  });
});
