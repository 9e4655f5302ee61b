import { FoldService } from '../../../apps/experiments/src/fold/fold.service';
import { HeardClient } from '@adlift/persistence';
import { until } from '../setup/until';
import { LedgerBench } from './ledger-bench';
import { eventOf, fact } from './ledger-facts';

describe('the fold on a slow database', () => {
  let bench: LedgerBench;

  beforeEach(async () => {
    bench = await LedgerBench.open();
  });
  afterEach(() => bench.close());

  it('takes fewer deltas at once when as many take too long, and goes on', async () => {
    const clicks = Array.from({ length: 1500 }, (_, i) => eventOf(fact(i), 'click'));
    await bench.writer().recordEvents(clicks);
    await bench.rows(`CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(0.001); RETURN OLD; END'`);
    await bench.rows('CREATE TRIGGER slow BEFORE DELETE ON event_delta FOR EACH ROW EXECUTE FUNCTION linger()');
    const service = new FoldService({
      DATABASE_URL: `${bench.database.url}?statement_timeout=600`,
      ATTRIBUTION_WINDOW_DAYS: 30,
    });
    service.onApplicationBootstrap();
    try {
      await until(
        'everything to be folded',
        async () => {
          const [{ n }] = await bench.rows<{ n: number }>('SELECT count(*)::int AS n FROM event_delta');
          return n === 0;
        },
        60_000,
      );
    } finally {
      await service.onApplicationShutdown();
    }
    expect((await bench.provenStatistics()).unitDay).not.toEqual([]);
  }, 90_000);

  it('gives up its lead when its process stands still inside a transaction', async () => {
    const client = new HeardClient({ connectionString: bench.database.url });
    await client.connect();
    const { rows } = await client.query<Record<string, string>>('SHOW idle_in_transaction_session_timeout');
    await client.end();
    expect(rows).toEqual([{ idle_in_transaction_session_timeout: '1min' }]);
  });
});
