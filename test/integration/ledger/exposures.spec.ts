import { exposureOf, fact, noise, type Fact } from './ledger-facts';
import { keptRows } from './kept-statistics';
import { LedgerBench } from './ledger-bench';

describe('the ledger of exposures', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    await bench.rows('TRUNCATE exposure, event_delta, unit_agg, unit_day, rollup_day');
  });

  const early = fact(2, 'unit-1', 'control');
  const late = fact(4, 'unit-1', 'treatment');

  it.each([
    ['in order', [[early], [late]], [[true], [false]]],
    ['late first', [[late], [early]], [[true], [false]]],
    ['in one batch', [[late, early]], [[false, true]]],
    ['late, early, late', [[late], [early, late]], [[true], [false, false]]],
  ])('lets the least prediction id win: %s', async (_what, batches, expected) => {
    const writer = bench.writer();
    const isNew: boolean[][] = [];
    for (const batch of batches) isNew.push(await writer.recordExposures(batch.map(exposureOf)));
    expect(isNew).toEqual(expected);
    expect(await bench.rows('SELECT variant, prediction_id FROM exposure')).toEqual([
      { variant: 'control', prediction_id: early.predictionId },
    ]);
    await bench.fold();
    const { unitAgg, rollupDay } = await keptRows(bench);
    expect(unitAgg).toEqual([expect.objectContaining({ variant: 'control', unit: 'unit-1', exposures: '1' })]);
    expect(rollupDay).toEqual([expect.objectContaining({ variant: 'control', exposures: '1' })]);
  });

  it('moves what was counted and already folded to the earlier variant and its day', async () => {
    const nextDay = fact(6, 'unit-1', 'treatment');
    const writer = bench.writer();
    await writer.recordExposures([exposureOf(nextDay)]);
    await bench.fold();
    await writer.recordExposures([exposureOf(early)]);
    expect(await bench.rows('SELECT variant, exposures::int FROM event_delta ORDER BY variant')).toEqual([
      { variant: 'control', exposures: 1 },
      { variant: 'treatment', exposures: -1 },
    ]);
    await bench.fold();
    const { rollupDay } = await keptRows(bench);
    expect(rollupDay).toEqual([expect.objectContaining({ variant: 'control', day: '2026-11-01', exposures: '1' })]);
  });

  it('counts each unit once when two writers expose the same ones at the same time', async () => {
    const writers = [bench.writer(), bench.writer()];
    const units = Array.from({ length: 200 });
    const sighting = (unit: number, at: number): Fact => fact(unit + 200 * at, `unit-${unit}`);
    await Promise.all(
      writers.flatMap((writer, w) =>
        [0, 1, 2].map((round) => writer.recordExposures(units.map((_, u) => exposureOf(sighting(u, 3 * w + round))))),
      ),
    );
    await bench.fold();
    const [{ n }] = (await bench.rows('SELECT sum(exposures)::int AS n FROM rollup_day')) as [{ n: number }];
    expect(n).toBe(200);
    const stored = await bench.rows<{ unit: string; prediction_id: string }>(
      'SELECT unit, prediction_id FROM exposure',
    );
    for (const { unit, prediction_id } of stored) {
      const sightings = Array.from({ length: 6 }, (_, at) => sighting(Number(unit.split('-')[1]), at).predictionId);
      expect(prediction_id).toBe(sightings.sort()[0]);
    }
  });

  it('copies what is new, and looks at each when one is there or comes twice, to the same end', async () => {
    // In whose sessions nothing was staged yet.
    const fresh = await LedgerBench.open();
    const exposures = Array.from({ length: 60 }, (_, i) =>
      exposureOf(fact(2 * i + 2, `ünit-${i % 40}`, i % 2 === 0 ? 'control' : 'treatment')),
    );
    const [first, second] = [exposures.slice(0, 40), exposures.slice(20, 60)];
    const kept = async (): Promise<object> => ({
      rows: await fresh.rows(
        `SELECT experiment, phase, unit, variant, served, flag_digest, prediction_id, day::text, exposed_at, country, device
         FROM exposure ORDER BY unit`,
      ),
      deltas: await fresh.rows(
        `SELECT lane, experiment, phase, variant, unit, day::text, sum(exposures)::int AS exposures
         FROM event_delta GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(exposures) <> 0 ORDER BY unit`,
      ),
    });
    const staging = async (): Promise<boolean> =>
      (await fresh.rows("SELECT FROM pg_class WHERE relname = 'staged_exposure'")).length > 0;
    const writer = fresh.writer();
    expect(await writer.recordExposures(first)).toEqual(first.map(() => true));
    expect(await staging()).toBe(false);
    expect(await writer.recordExposures(second)).toEqual(second.map(() => false));
    expect(await staging()).toBe(true);
    const copied = await kept();
    await fresh.rows('TRUNCATE exposure, event_delta');
    // Wary after that batch, the same writer looks at each.
    await writer.recordExposures(first);
    await writer.recordExposures(second);
    expect(await kept()).toEqual(copied);
    await fresh.close();
  });

  it('keeps the good ones when a unit is too long to be stored, and says so', async () => {
    const isNew = await bench
      .writer()
      .recordExposures([early, fact(8, noise(9000), 'control'), fact(10, 'unit-9', 'control')].map(exposureOf));
    expect(isNew).toEqual([true, false, true]);
    const refused = await bench.rows("SELECT kind, reason FROM event_rejected WHERE status = 'rejected'");
    expect(refused).toEqual([{ kind: 'exposure', reason: expect.stringMatching(/^unstorable: index row/) as string }]);
  });
});
