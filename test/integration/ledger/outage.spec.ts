import { type LedgerWriter } from '@adlift/ledger';
import { StoreUnavailable } from '@adlift/persistence';
import { CuttableProxy } from '../setup/cuttable-proxy';
import { until } from '../setup/until';
import { eventOf, exposureOf, fact } from './ledger-facts';
import { LedgerBench } from './ledger-bench';

describe('the ledger while its database is away', () => {
  let bench: LedgerBench;
  let way: CuttableProxy;

  beforeEach(async () => {
    bench = await LedgerBench.open();
    way = await CuttableProxy.to(bench.database.url);
  });
  afterEach(async () => {
    await way.cut();
    await bench.close();
  });

  it('refuses events at once, and takes them again when it is back', async () => {
    const writer = bench.writer({}, way.url);
    await writer.recordEvents([eventOf(fact(1), 'click')]);
    await way.cut();
    await expect(writer.recordEvents([eventOf(fact(2), 'click')])).rejects.toThrow(StoreUnavailable);
    const started = performance.now();
    await expect(writer.recordEvents([eventOf(fact(3), 'click')])).rejects.toThrow('the store is away');
    expect(performance.now() - started).toBeLessThan(50);
    expect([writer.unavailable, writer.pending.events]).toEqual([true, 0]);

    await way.mend();
    const [outcome] = await until('the store to be back', () => accepted(writer, 2));
    expect(outcome?.status).toBe('accepted');
    expect(await bench.rows('SELECT idx FROM click')).toHaveLength(2);
  });

  it('keeps exposures in memory and stores them when it is back', async () => {
    const writer = bench.writer({}, way.url);
    await way.cut();
    for (let i = 0; i < 40; i++) expect(writer.expose(exposureOf(fact(i)))).toBe(true);
    await until('the writer to notice', () => writer.unavailable);
    expect(writer.pending.exposures).toBe(40);
    await way.mend();
    await until('the exposures to be stored', () => writer.pending.exposures === 0);
    expect(await bench.rows('SELECT unit FROM exposure')).toHaveLength(40);
  });

  it('takes no more exposures than may wait', async () => {
    const writer = bench.writer({ maxPendingExposures: 5 }, way.url);
    await way.cut();
    const taken = Array.from({ length: 8 }, (_, i) => writer.expose(exposureOf(fact(i))));
    expect(taken).toEqual([true, true, true, true, true, false, false, false]);
    await until('the writer to notice', () => writer.unavailable);
    expect(writer.expose(exposureOf(fact(9)))).toBe(false);
    await way.mend();
    await until('room again', () => writer.expose(exposureOf(fact(9))));
  });

  it('loses nothing and counts nothing twice when the connection breaks again and again', async () => {
    const writer = bench.writer({}, way.url);
    for (let round = 0; round < 6; round++) {
      for (let i = 0; i < 50; i++) writer.expose(exposureOf(fact(round * 50 + i, `unit-${round * 50 + i}`)));
      const sent = writer.recordEvents(Array.from({ length: 20 }, (_, i) => eventOf(fact(round * 20 + i), 'click')));
      await new Promise((resolve) => setTimeout(resolve, round * 4));
      await way.cut();
      const acknowledged = await sent.then(
        () => 20,
        () => 0,
      );
      const [{ n }] = (await bench.rows('SELECT count(*)::int AS n FROM click WHERE prediction_id = ANY($1)', [
        Array.from({ length: 20 }, (_, i) => fact(round * 20 + i).predictionId),
      ])) as [{ n: number }];
      expect(n).toBeGreaterThanOrEqual(acknowledged);
      await way.mend();
    }
    await until('every exposure to be stored', () => writer.pending.exposures === 0, 15_000);
    await bench.fold();
    const [kept] = await bench.rows(
      'SELECT (SELECT sum(exposures)::int FROM rollup_day) AS folded, (SELECT count(*)::int FROM exposure) AS stored',
    );
    expect(kept).toEqual({ folded: 300, stored: 300 });
  });

  it('stores what waits before it closes, when the database comes back in time', async () => {
    const writer = bench.writer({}, way.url);
    await way.cut();
    for (let i = 0; i < 10; i++) writer.expose(exposureOf(fact(i)));
    await until('the writer to notice', () => writer.unavailable);
    const closed = writer.close(5000);
    await way.mend();
    expect(await closed).toEqual({ exposures: 0, predictions: 0 });
    expect(await bench.rows('SELECT unit FROM exposure')).toHaveLength(10);
  });

  it('says how many it could not store when it closes without a database', async () => {
    const writer = bench.writer({}, way.url);
    await way.cut();
    for (let i = 0; i < 3; i++) writer.expose(exposureOf(fact(i)));
    expect(await writer.close(200)).toEqual({ exposures: 3, predictions: 0 });
    expect(writer.expose(exposureOf(fact(5)))).toBe(false);
    await expect(writer.recordEvents([eventOf(fact(1), 'click')])).rejects.toThrow('shutting down');
  });
});

async function accepted(
  writer: LedgerWriter,
  i: number,
): Promise<Awaited<ReturnType<LedgerWriter['recordEvents']>> | undefined> {
  return writer.recordEvents([eventOf(fact(i), 'click')]).catch(() => undefined);
}
