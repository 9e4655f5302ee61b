import { countAdRates } from '../../../apps/experiments/src/ad-rate/count-ad-rates';
import { LedgerBench } from './ledger-bench';
import { eventOf, fact } from './ledger-facts';

describe('the rates of ads', () => {
  let bench: LedgerBench;

  beforeEach(async () => {
    bench = await LedgerBench.open();
  });
  afterEach(() => bench.close());

  interface AdRate {
    impressions: number;
    clicks: number;
  }

  async function counted(): Promise<AdRate> {
    const days = await bench.rows<{ day: string }>('SELECT DISTINCT day::text AS day FROM click');
    await bench.withClient((client) =>
      countAdRates(
        client,
        days.map(({ day }) => day),
      ),
    );
    const [sums] = await bench.rows<AdRate>(
      'SELECT sum(impressions)::int AS impressions, sum(clicks)::int AS clicks FROM ad_rate_day',
    );
    return sums;
  }

  it('count what is valid, also when that turns out late', async () => {
    const events = [1, 2, 3].flatMap((n) => [eventOf(fact(n), 'impression'), eventOf(fact(n), 'click')]);
    await bench.writer().recordEvents(events);
    await bench.fold();
    expect(await counted()).toEqual({ impressions: 3, clicks: 3 });
    await bench.writer().recordEvents([1, 2, 3].map((n) => eventOf(fact(n), 'invalidate')));
    await bench.fold();
    expect(await bench.rows('SELECT FROM click WHERE valid')).toEqual([]);
    expect((await counted()).clicks).toBe(0);
  });
});
