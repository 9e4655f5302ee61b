import fc from 'fast-check';
import type { Exposure, LedgerEvent } from '@adlift/ledger';
import { eventOf, exposureOf, fact, START_MS, type Fact } from './ledger-facts';
import { LedgerBench } from './ledger-bench';

const DAY_MS = 86_400_000;

describe('the kept statistics of a stream in any order', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterAll(() => bench.close());

  it('are the same, to the digit, whatever the order, the batches, the folds between, and the repeats', async () => {
    const stream = [...manyEvents(), ...manyExposures()];
    const repeats = stream.filter((_, i) => i % 7 === 0);
    const writer = bench.writer();
    let expected: unknown;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...stream, ...repeats], { minLength: stream.length + repeats.length }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 3 }),
        async (order, size, limit, foldEvery) => {
          await bench.clear();
          for (let at = 0, batch = 0; at < order.length; at += size, batch++) {
            const part = order.slice(at, at + size);
            await writer.recordEvents(part.filter((one) => 'claims' in one));
            await writer.recordExposures(part.filter((one) => 'assignment' in one));
            if (foldEvery > 0 && batch % foldEvery === 0) await bench.foldOnce(limit);
          }
          await bench.fold(limit);
          const statistics = await bench.provenStatistics();
          const flags = await validFlags(bench);
          expected ??= [statistics, flags];
          expect([statistics, flags]).toEqual(expected);
        },
      ),
      { numRuns: 15, seed: 20261128 },
    );
    const [counted] = await bench.rows(
      `SELECT (SELECT count(*)::int FROM click WHERE NOT valid) AS clicks, (SELECT count(*)::int FROM conversion WHERE NOT valid) AS conversions,
         (SELECT count(*)::int FROM impression WHERE NOT valid) AS impressions, (SELECT count(*)::int FROM conversion WHERE valid) AS counted`,
    );
    expect(counted).toEqual({ clicks: 15, conversions: 9, impressions: 5, counted: 2 });
  }, 120_000);
});

/** Two arms on two days; some units change arms, some predictions have no impression, some units click in a burst. */
function manyEvents(): LedgerEvent[] {
  const ordinary = facts().flatMap((one, i) => [
    ...(i % 9 === 4 ? [] : [eventOf(one, 'impression', { chargedMicros: i % 5 === 0 ? 700 : 0 })]),
    ...(i % 3 === 0 ? [eventOf(one, 'click', { timeMs: one.timeMs + (i % 12 === 0 ? 2150 : 4000 + i) })] : []),
    ...(i % 6 === 0 ? [eventOf(one, 'conversion', { timeMs: one.timeMs + (i === 18 ? 31 * DAY_MS : 60_000) })] : []),
    ...(i % 10 === 2 ? [eventOf(one, 'conversion', { conversionId: 'no click', chargedMicros: -90 })] : []),
    ...(i % 8 === 5 ? [eventOf(one, 'hide')] : []),
    ...(i % 8 === 3 ? [eventOf(one, 'invalidate')] : []),
  ]);
  const burst = Array.from({ length: 9 }, (_, i) => {
    const one = fact(500 + i, 'unit-3');
    return eventOf(one, 'click', { timeMs: START_MS + 9_000_000 + i * (i < 6 ? 2000 : 1990) });
  });
  return [...ordinary, ...burst];
}

function manyExposures(): Exposure[] {
  return [
    ...facts()
      .filter((_, i) => i % 4 !== 1)
      .map(exposureOf),
    exposureOf(fact(700, 'unit-5', 'control')),
    exposureOf(fact(1, 'unit-5', 'treatment')),
  ];
}

function facts(): Fact[] {
  return Array.from({ length: 40 }, (_, i) => fact(i, `unit-${i % 7}`, i % 11 === 0 ? 'treatment' : undefined));
}

async function validFlags(bench: LedgerBench): Promise<object[]> {
  const tables = ['impression', 'click', 'conversion', 'feedback'];
  return bench.rows(
    tables.map((name) => `SELECT '${name}' AS kind, prediction_id, idx, valid FROM ${name}`).join(' UNION ALL ') +
      ' ORDER BY prediction_id, idx, kind, valid',
  );
}
