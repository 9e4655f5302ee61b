import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { eraseUnit, type LedgerEvent } from '@adlift/ledger';
import { dataSourceOptions, HeardClient, migrate } from '@adlift/persistence';
import { until } from '../setup/until';
import { LedgerBench } from './ledger-bench';
import { eventOf, exposureOf, fact, type Fact } from './ledger-facts';

const UNITS = 900;
const PAGE_BYTES = 8160;
const WAITING = `SELECT unit, day::text, assignment_set, impressions::int, fallback_impressions::int,
    predicted_clicks_e9::text, charged_micros::text
  FROM waiting_delta WHERE impressions > 0 ORDER BY 1, 2`;

describe('deltas that hold many units', () => {
  const facts = Array.from({ length: 2 * UNITS }, (_, i) => fact(i, nameOf(i % UNITS)));
  const impressions = facts.map(impression);
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  beforeEach(() => bench.clear());
  afterAll(() => bench.close());

  it('hold each unit of a day and list once, on one page unless a name takes more', async () => {
    await bench.writer().recordEvents(impressions);
    const packs = await bench.rows<{ units: number; distinct: number; bytes: number }>(
      `SELECT cardinality(units) AS units, (SELECT count(DISTINCT u)::int FROM unnest(units) AS u) AS distinct,
         pg_column_size(event_delta.*) AS bytes FROM event_delta`,
    );
    for (const { units, distinct, bytes } of packs) {
      expect(distinct).toBe(units);
      expect(bytes).toBeLessThanOrEqual(PAGE_BYTES);
    }
    expect(packs.length).toBeGreaterThan(4);
    expect(packs.length).toBeLessThan(UNITS / 10);
    const [{ n }] = await bench.rows<{ n: number }>('SELECT sum(impressions)::int AS n FROM waiting_delta');
    expect(n).toBe(impressions.length);
  });

  it('count the same whatever the order, the batches and the folds', async () => {
    let expected: unknown;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(impressions, { minLength: impressions.length }),
        fc.integer({ min: 90, max: impressions.length }),
        fc.integer({ min: 1, max: 2 * UNITS }),
        async (order, size, limit) => {
          await bench.clear();
          const writer = bench.writer();
          await writer.recordExposures(facts.map(exposureOf));
          for (let at = 0; at < order.length; at += size) {
            await writer.recordEvents(order.slice(at, at + size));
            await bench.foldOnce(limit);
          }
          await bench.fold();
          const statistics = await bench.provenStatistics();
          expected ??= statistics;
          expect(statistics).toEqual(expected);
        },
      ),
      { numRuns: 6, seed: 20261128 },
    );
  }, 120_000);

  it('lose a unit that is erased while they wait, and count the others', async () => {
    const erased = nameOf(0);
    const gate = new HeardClient({ connectionString: bench.database.url });
    await gate.connect();
    // The erasure has folded what there was, and stands before its last statement.
    await gate.query('BEGIN; LOCK TABLE unexposed_unit IN ACCESS EXCLUSIVE MODE');
    const erasure = bench.withClient((client) => eraseUnit(client, erased));
    await until('the erasure to wait', async () => {
      const { length } = await bench.rows(
        "SELECT FROM pg_locks WHERE relation = 'unexposed_unit'::regclass AND NOT granted",
      );
      return length > 0;
    });
    await bench.writer().recordEvents(impressions);
    await gate.query('COMMIT');
    await gate.end();
    expect((await erasure).rows).toMatchObject({ impression: 2 });
    const units = await bench.rows<{ unit: string }>('SELECT DISTINCT unit FROM waiting_delta');
    expect(units).toHaveLength(UNITS - 1);
    expect(units).not.toContainEqual({ unit: erased });
    await bench.fold();
    await bench.rows('DELETE FROM sealed_correction; DELETE FROM sealed_day');
    expect((await bench.provenStatistics()).unitDay.length).toBeGreaterThanOrEqual(UNITS - 1);
  });

  it('are told unit by unit to a schema that does not know them, and counted there and back', async () => {
    await bench.writer().recordExposures(facts.map(exposureOf));
    await bench.writer().recordEvents(impressions);
    const before = await bench.rows(WAITING);
    const source = await new DataSource(dataSourceOptions(bench.database.url, [])).initialize();
    const isPacked = async (): Promise<boolean> =>
      (await bench.rows("SELECT 1 WHERE to_regclass('waiting_delta') IS NOT NULL")).length > 0;
    while (await isPacked()) await source.undoLastMigration();
    await source.destroy();
    expect(await bench.rows(WAITING.replace('waiting_delta', 'event_delta'))).toEqual(before);
    await migrate(bench.database.url);
    expect(await bench.rows(WAITING)).toEqual(before);
    await bench.fold();
    expect((await bench.provenStatistics()).unitDay.length).toBeGreaterThanOrEqual(UNITS);
  });
});

/** Names of 7 to 200 bytes, some of several bytes a character. */
function nameOf(i: number): string {
  return `unit-${i}-${(i % 3 === 0 ? 'ü' : 'u').repeat((i * 7) % 95)}`;
}

function impression(of: Fact, i: number): LedgerEvent {
  return eventOf(of, 'impression', { chargedMicros: i % 4 === 0 ? 300 - i : 0, claims: { fallback: i % 9 === 0 } });
}
