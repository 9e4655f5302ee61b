import { sealDay } from '@adlift/ledger';
import { ADVISORY_LOCKS, SoleClient } from '@adlift/persistence';
import { reconcile } from '../../../apps/experiments/src/reconcile/reconcile';
import { LedgerBench } from '../ledger/ledger-bench';
import { eventOf, EXPERIMENT, exposureOf, fact } from '../ledger/ledger-facts';

const DAYS = ['2026-11-01', '2026-11-02'];

describe('reconciling the kept statistics with the raw rows', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.clear();
    await bench.rows('TRUNCATE sealed_day CASCADE');
    await record(0, 60);
    await bench.fold();
  });

  async function record(from: number, to: number): Promise<void> {
    const facts = Array.from({ length: to - from }, (_, i) => fact(from + i));
    const writer = bench.writer();
    await writer.recordExposures(facts.map(exposureOf));
    await writer.recordEvents(
      facts.flatMap((one, i) => [
        eventOf(one, 'impression'),
        ...(i % 4 === 0 ? [eventOf(one, 'click'), eventOf(one, 'conversion')] : []),
        ...(i % 9 === 0 ? [eventOf(one, 'invalidate')] : []),
      ]),
    );
  }

  async function differing(turn: number): Promise<readonly string[] | undefined> {
    return (await bench.withClient((client) => reconcile(client, turn)))?.differing;
  }

  it('takes days and experiments in turn, and finds no difference, also while deltas wait', async () => {
    await record(60, 90);
    const works = await bench.withClient(async (client) => [await reconcile(client, 6), await reconcile(client, 7)]);
    expect(works).toEqual(DAYS.map((day) => ({ work: { day, experiment: EXPERIMENT }, differing: [] })));
    await bench.fold();
    expect(await differing(6)).toEqual([]);
  });

  it.each([
    ['the sums of a unit', 'UPDATE unit_agg SET clicks = clicks + 1 WHERE unit = $1', ['unit_agg', 'exp_moments']],
    ['a day of a unit', 'UPDATE unit_day SET charged_micros = 5 WHERE unit = $1', ['unit_day']],
    ['a day of an arm', "UPDATE rollup_day SET hides = 7 WHERE variant = 'control' AND $1 <> ''", ['rollup_day']],
    ['a moment', "UPDATE exp_moments SET product_clicks_impressions = 1 WHERE $1 <> ''", ['exp_moments']],
    ['a count of units', "UPDATE exp_phase SET units_in_several_arms = 1 WHERE $1 <> ''", ['exp_phase']],
    ['a raw row', 'DELETE FROM impression WHERE unit = $1', ['rollup_day', 'unit_agg', 'unit_day']],
    ['the flag of an event', 'UPDATE impression SET valid = NOT valid WHERE unit = $1', ['impression', 'unit_agg']],
  ])('finds it when %s went wrong', async (_what, sql, tables) => {
    await bench.rows(sql, ['unit-2']);
    const found = [...((await differing(0)) ?? []), ...((await differing(1)) ?? [])];
    expect(found.map((text) => text.split(' ')[0])).toEqual(expect.arrayContaining(tables));
    if (tables.includes('unit_agg')) {
      const key = { unit: 'unit-2', phase: 1, variant: 'control', experiment: EXPERIMENT };
      expect(found).toContain(`unit_agg ${JSON.stringify(key)}`);
    }
  });

  it('leaves a sealed day alone, and remembers what its raw rows had counted', async () => {
    const [before] = await bench.rows(
      "SELECT impressions::int, clicks::int FROM rollup_day WHERE day = $1 AND variant = 'control'",
      [DAYS[0]],
    );
    await bench.withClient(async (client) => {
      await client.query('BEGIN');
      await client.query('DELETE FROM impression WHERE day = $1', [DAYS[0]]);
      await sealDay(client, DAYS[0] ?? '', 'retention');
      await client.query('COMMIT');
    });
    for (const turn of [0, 1]) {
      expect(await bench.withClient((client) => reconcile(client, turn))).toEqual({
        work: { day: DAYS[1], experiment: EXPERIMENT },
        differing: [],
      });
    }
    const [correction] = await bench.rows<{ sums: Record<string, string> }>(
      "SELECT sums FROM sealed_correction WHERE variant = 'control'",
    );
    expect(before).toMatchObject({ impressions: Number(correction?.sums['impressions']) });
    expect(correction?.sums['clicks']).toBe('0');
  });

  it('is done by one process at a time', async () => {
    await bench.withClient(async (busy) => {
      await busy.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.reconcile]);
      const other = new SoleClient({ connectionString: bench.database.url }, ADVISORY_LOCKS.reconcile);
      expect(await other.work((client) => reconcile(client, 0))).toBeUndefined();
      await busy.query('SELECT pg_advisory_unlock($1)', [ADVISORY_LOCKS.reconcile]);
    });
  });
});
