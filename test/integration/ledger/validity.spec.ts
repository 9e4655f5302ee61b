import { setAttributionWindow, type LedgerEvent } from '@adlift/ledger';
import { eventOf, exposureOf, fact } from './ledger-facts';
import { LedgerBench, type BenchWriter } from './ledger-bench';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

describe('the validity of events', () => {
  let bench: LedgerBench;
  let writer: BenchWriter;

  beforeAll(async () => {
    bench = await LedgerBench.open();
    writer = bench.writer();
  });
  afterAll(() => bench.close());
  beforeEach(() => bench.clear());

  /** Records one after the other, a fold after each, and returns what counts in the end. */
  async function counted(...events: LedgerEvent[]): Promise<Record<string, number>> {
    await writer.recordExposures(
      events.flatMap(({ claims }) => claims.assignments.map((assignment) => exposureOf({ ...claims, assignment }))),
    );
    for (const event of events) {
      await writer.recordEvents([event]);
      await bench.fold();
    }
    await bench.provenStatistics();
    const [sums] = await bench.rows<Record<string, number>>(
      `SELECT sum(sum_impressions)::int AS impressions, sum(sum_clicks)::int AS clicks, sum(sum_hides)::int AS hides,
         sum(sum_conversions)::int AS conversions, sum(sum_charged_micros)::int AS charged FROM exp_moments`,
    );
    return sums ?? {};
  }

  const one = fact(1);
  const impression = eventOf(one, 'impression');
  const clickAfter = (ms: number): LedgerEvent => eventOf(one, 'click', { timeMs: impression.timeMs + ms });

  it.each([
    [-1, 1],
    [0, 1],
    [1, 0],
    [299, 0],
    [300, 1],
  ])('of a click %i ms after its impression counts %i, whichever comes first', async (ms, clicks) => {
    const charged = clicks * 250_000;
    expect(await counted(impression, clickAfter(ms))).toMatchObject({ impressions: 1, clicks, charged });
    await bench.clear();
    expect(await counted(clickAfter(ms), impression)).toMatchObject({ impressions: 1, clicks, charged });
  });

  it('lets a click count whose impression is unknown, and remembers to look at it when that comes', async () => {
    expect(await counted(clickAfter(100))).toMatchObject({ clicks: 1 });
    expect(await bench.rows('SELECT idx FROM unmatched_candidate')).toHaveLength(1);
    await writer.recordEvents([impression]);
    await bench.fold();
    expect(await bench.rows('SELECT valid FROM click')).toEqual([{ valid: false }]);
    expect(await bench.rows('SELECT idx FROM unmatched_candidate')).toEqual([]);
  });

  it.each([
    ['five clicks in ten seconds', 5, 2, 5],
    ['six clicks in ten seconds', 6, 2, 0],
    ['six clicks in a little more', 6, 2.002, 6],
  ])('of %s', async (_what, n, everySeconds, clicks) => {
    const all = Array.from({ length: n }, (_, i) =>
      eventOf(fact(10 + i, 'unit-2'), 'click', { timeMs: one.timeMs + Math.round(i * everySeconds * SECOND_MS) }),
    );
    expect(await counted(...all.reverse())).toMatchObject({ clicks });
  });

  it('calls clicks of different units no burst', async () => {
    const all = Array.from({ length: 8 }, (_, i) => eventOf(fact(20 + i), 'click', { timeMs: one.timeMs }));
    expect(await counted(...all)).toMatchObject({ clicks: 8 });
  });

  it('takes back everything of a candidate that is invalidated, also what comes later', async () => {
    const click = clickAfter(5000);
    const events = [impression, eventOf(one, 'hide'), eventOf(one, 'conversion'), click];
    const nothing = { impressions: 0, clicks: 0, hides: 0, conversions: 0, charged: 0 };
    expect(await counted(...events)).toEqual({
      ...nothing,
      impressions: 1,
      clicks: 1,
      hides: 1,
      conversions: 1,
      charged: 250_000,
    });
    expect(await counted(eventOf(one, 'invalidate'))).toEqual(nothing);
    await bench.clear();
    expect(await counted(eventOf(one, 'invalidate'), ...events)).toEqual(nothing);
  });

  const conversionAfter = (ms: number): LedgerEvent =>
    eventOf(one, 'conversion', { timeMs: clickAfter(5000).timeMs + ms });

  it.each([
    ['at its click', 0, 1],
    ['on the last day', 30 * DAY_MS, 1],
    ['after the window', 30 * DAY_MS + 1, 0],
    ['before its click', -1, 0],
  ])('of a conversion %s', async (_what, ms, conversions) => {
    expect(await counted(conversionAfter(ms), clickAfter(5000))).toMatchObject({ conversions });
  });

  it('lists a conversion without a click as orphaned, and counts it once its click comes', async () => {
    expect(await counted(impression, conversionAfter(0))).toMatchObject({ conversions: 0 });
    expect(await bench.rows('SELECT conversion_id FROM orphaned_conversion')).toEqual([{ conversion_id: 'order-1' }]);
    expect(await counted(clickAfter(5000))).toMatchObject({ clicks: 1, conversions: 1 });
    expect(await bench.rows('SELECT conversion_id FROM orphaned_conversion')).toEqual([]);
  });

  it('does not count a conversion after a click that does not count', async () => {
    expect(await counted(impression, clickAfter(10), conversionAfter(0))).toMatchObject({ clicks: 0, conversions: 0 });
  });

  it('judges conversions again when the attribution window changes', async () => {
    expect(await counted(clickAfter(5000), conversionAfter(3 * DAY_MS))).toMatchObject({ conversions: 1 });
    for (const [days, conversions] of [
      [2, 0],
      [3, 1],
      [30, 1],
    ] as const) {
      await bench.withClient((client) => setAttributionWindow(client, days));
      await bench.fold();
      await bench.provenStatistics();
      expect(await bench.rows('SELECT sum_conversions::int AS n FROM exp_moments')).toEqual([{ n: conversions }]);
    }
  });
});
