import { keptStatistics, setRevenueCap } from '@adlift/ledger';
import { until } from '../setup/until';
import { eventOf, EXPERIMENT, exposureOf, fact } from './ledger-facts';
import { LedgerBench, type BenchWriter } from './ledger-bench';

describe('the moments of an arm', () => {
  let bench: LedgerBench;
  let writer: BenchWriter;

  beforeAll(async () => {
    bench = await LedgerBench.open();
    writer = bench.writer();
  });
  afterAll(() => bench.close());
  beforeEach(() => bench.clear());

  const control = fact(2, 'unit-2', 'control');
  const clicks = (i: number, chargedMicros: number): ReturnType<typeof eventOf> =>
    eventOf(control, 'click', { claims: { index: i }, chargedMicros, timeMs: control.timeMs + 60_000 * (i + 1) });

  async function momentsOf(variant: string): Promise<Readonly<Record<string, string>> | undefined> {
    await bench.fold();
    return (await bench.provenStatistics()).moments.find((row) => row['variant'] === variant);
  }

  it('hold nothing of a unit that is not exposed, and all its sums once it is', async () => {
    await writer.recordEvents([eventOf(control, 'impression'), clicks(0, 300), clicks(1, 200)]);
    expect(await momentsOf('control')).toBeUndefined();
    expect((await bench.provenStatistics()).phases).toEqual([
      { experiment: EXPERIMENT, phase: '1', units_in_several_arms: '0', units_without_exposure: '1' },
    ]);
    await writer.recordExposures([exposureOf(control), exposureOf(fact(4, 'unit-4', 'control'))]);
    expect(await momentsOf('control')).toMatchObject({
      ...{ units: '2', sum_impressions: '1', sum_clicks: '2', sum_charged_micros: '500', nonzero_clicks: '1' },
      ...{
        product_clicks_clicks: '4',
        product_clicks_impressions: '2',
        product_charged_micros_charged_micros: '250000',
      },
    });
    expect((await bench.provenStatistics()).phases).toEqual([]);
  });

  it('follow a unit whose earlier exposure arrives late', async () => {
    const later = fact(5, 'unit-2', 'treatment');
    await writer.recordEvents([eventOf(control, 'impression')]);
    await writer.recordExposures([exposureOf(later)]);
    expect(await momentsOf('treatment')).toMatchObject({ units: '1', sum_impressions: '0' });
    expect((await bench.provenStatistics()).phases[0]).toMatchObject({ units_in_several_arms: '1' });
    await writer.recordExposures([exposureOf(control)]);
    expect(await momentsOf('control')).toMatchObject({ units: '1', sum_impressions: '1' });
    expect(await momentsOf('treatment')).toBeUndefined();
    expect((await bench.provenStatistics()).phases).toEqual([]);
  });

  it('cap the revenue of a unit on both sides, and are made anew when the cap changes', async () => {
    const big = 9_007_199_254_740_993n;
    const refund = eventOf(fact(4, 'unit-4', 'control'), 'conversion', { chargedMicros: -900 });
    await writer.recordExposures([control, fact(4, 'unit-4', 'control')].map(exposureOf));
    await writer.recordEvents([
      clicks(0, 500),
      eventOf(fact(4, 'unit-4', 'control'), 'click', { chargedMicros: 1 }),
      refund,
    ]);
    const setCap = (cap: bigint | null): Promise<void> =>
      bench.withClient((client) => setRevenueCap(client, EXPERIMENT, 1, cap));
    expect(await momentsOf('control')).toMatchObject({
      sum_capped_micros: '-399',
      product_capped_micros_capped_micros: '1058201',
    });
    await setCap(400n);
    expect(await momentsOf('control')).toMatchObject({
      sum_capped_micros: '0',
      product_capped_micros_capped_micros: '320000',
    });
    await writer.recordEvents([clicks(1, 500)]);
    expect(await momentsOf('control')).toMatchObject({ sum_charged_micros: '101', sum_capped_micros: '0' });
    await setCap(0n);
    expect(await momentsOf('control')).toMatchObject({ nonzero_capped_micros: '0', nonzero_charged_micros: '2' });
    await setCap(big);
    expect(await momentsOf('control')).toMatchObject({ sum_capped_micros: '101' });
    await setCap(null);
    expect(await momentsOf('control')).toMatchObject({ sum_capped_micros: '101' });
  });

  it('count every delta once when several fold at the same time', async () => {
    const facts = Array.from({ length: 300 }, (_, i) => fact(i));
    await writer.recordExposures(facts.map(exposureOf));
    await writer.recordEvents(facts.map((one) => eventOf(one, 'impression')));
    const waiting = async (): Promise<number> => (await bench.rows('SELECT FROM waiting_delta')).length;
    const before = await waiting();
    const moved: number[] = [];
    const foldAll = async (): Promise<void> => {
      while ((await waiting()) > 0) moved.push(await bench.foldOnce(23));
    };
    await Promise.all([foldAll(), foldAll(), foldAll()]);
    expect(moved.reduce((sum, n) => sum + n)).toBe(before);
    expect(await momentsOf('control')).toMatchObject({ units: '20', sum_impressions: '150' });
  });

  it('are as before when a fold is killed in the middle, and right when the next one has run', async () => {
    await writer.recordExposures([exposureOf(control)]);
    await writer.recordEvents([eventOf(control, 'impression'), clicks(0, 10)]);
    await bench.fold();
    const before = await bench.provenStatistics();
    await writer.recordEvents([clicks(1, 20), eventOf(control, 'invalidate', { claims: { index: 0 } })]);
    const flags = 'SELECT idx, valid FROM click ORDER BY idx';
    const flagsBefore = await bench.rows(flags);
    await bench.withClient(async (holding) => {
      // The fold has taken its deltas, turned a flag, and waits for the row that is held here.
      await holding.query('BEGIN; SELECT FROM exp_moments FOR UPDATE');
      const killed = bench.foldOnce(100).catch((error: Error) => error.message);
      await until('the fold to wait', async () => {
        const ended = await bench.rows(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO exp_moments%'`,
        );
        return ended.length === 1;
      });
      expect(await killed).toMatch(/terminat/);
      await holding.query('ROLLBACK');
    });
    expect(await bench.rows(flags)).toEqual(flagsBefore);
    expect(await bench.withClient((client) => keptStatistics(client))).toEqual(before);
    expect(await momentsOf('control')).toMatchObject({
      sum_impressions: '0',
      sum_clicks: '1',
      sum_charged_micros: '20',
    });
  });
});
