import { DataSource } from 'typeorm';
import { dataSourceOptions, migrate } from '@adlift/persistence';
import { LedgerBench } from './ledger-bench';
import { eventOf, EXPERIMENT, exposureOf, fact } from './ledger-facts';

const SUMS = 'exposures, impressions, clicks, conversions, hides, charged_micros, value_micros, predicted_clicks_e9';
const ADDED = SUMS.split(', ').map((column) => `sum(${column})`);

describe('statistics from before events were judged', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterAll(() => bench.close());

  it('are judged and given moments by the upgrade, with the deltas that waited', async () => {
    const facts = Array.from({ length: 60 }, (_, i) => fact(i));
    const writer = bench.writer();
    await writer.recordExposures(facts.map(exposureOf));
    await writer.recordEvents(
      facts.flatMap((one, i) => [
        eventOf(one, 'impression'),
        ...(i % 3 === 0 ? [eventOf(one, 'click', { timeMs: one.timeMs + (i % 2 === 0 ? 2100 : 9000) })] : []),
        ...(i % 4 === 0 ? [eventOf(one, 'conversion')] : []),
      ]),
    );
    await keepAsBefore();
    await migrate(bench.database.url);
    await bench.fold(17);
    const { moments, unitAgg } = await bench.provenStatistics();
    expect(unitAgg).toHaveLength(40);
    expect(moments.map(({ variant, units, sum_impressions }) => [variant, units, sum_impressions])).toEqual([
      ['control', '20', '30'],
      ['treatment', '20', '30'],
    ]);
    // Of 20 clicks 10 came too soon, all of them control's, and these were the only ones before conversions.
    expect(moments.map(({ sum_clicks, sum_conversions }) => [sum_clicks, sum_conversions])).toEqual([
      ['0', '0'],
      ['10', '0'],
    ]);
  });

  /** Takes the schema back, and what waits into the form it had then: half of it folded, everything counted. */
  async function keepAsBefore(): Promise<void> {
    const spread = `SELECT a.experiment, a.phase, a.assigned AS variant, d.unit, d.day, ${SUMS}
      FROM waiting_delta d JOIN assignment_set a ON a.id = d.assignment_set
      UNION ALL SELECT experiment, phase, variant, unit, day, ${SUMS} FROM waiting_delta WHERE assignment_set IS NULL`;
    await bench.rows(`CREATE TABLE waiting AS ${spread}`);
    await bench.rows(`INSERT INTO waiting SELECT '', 0, '', unit, day, ${SUMS} FROM waiting WHERE exposures = 0`);
    const source = await new DataSource(dataSourceOptions(bench.database.url, [])).initialize();
    const isOld = async (): Promise<boolean> =>
      (await bench.rows("SELECT 1 WHERE to_regclass('exp_moments') IS NULL")).length > 0;
    while (!(await isOld())) await source.undoLastMigration();
    await source.destroy();
    const folded = "unit < 'unit-2'";
    const keep = (table: string, key: string, where: string): Promise<object[]> =>
      bench.rows(
        `INSERT INTO ${table} (${key}, ${SUMS}) SELECT ${key}, ${ADDED.join(', ')} FROM waiting
         WHERE ${where} AND ${folded} GROUP BY ${key}`,
      );
    await keep('unit_agg', 'experiment, phase, variant, unit', `experiment = '${EXPERIMENT}'`);
    await keep('rollup_day', 'experiment, phase, variant, day', `experiment = '${EXPERIMENT}'`);
    await keep('unit_day', 'unit, day', "experiment = ''");
    await bench.rows(
      `INSERT INTO event_delta (experiment, phase, variant, unit, day, ${SUMS})
       SELECT experiment, phase, variant, unit, day, ${SUMS} FROM waiting WHERE NOT ${folded}`,
    );
  }
});
