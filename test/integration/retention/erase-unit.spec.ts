import { reconcile } from '../../../apps/experiments/src/reconcile/reconcile';
import { adliftProgram } from '../../../apps/cli/src/program';
import { predictCall } from '../predictor/predict-call';
import { publishTreatment, startExperiment } from '../experiments/test-experiment';
import { rows } from '../setup/rows';
import { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';
import { withClient, openPool } from '@adlift/persistence';
import { proto } from '@adlift/wire';

const { EventKind } = proto.v1;
const KEY = 'erasure';
const GONE = 'unit to be erased/ü';
const STAYS = 'unit that stays';

describe('erasing a unit', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true });
    await publishTreatment(apps);
    await startExperiment(apps, KEY);
    for (const unitId of [GONE, STAYS]) {
      for (let i = 0; i < 3; i++) await decide(unitId);
    }
    await until('everything to be stored and folded', async () => {
      const { ledger } = await apps.state();
      const [stored] = await rows<{ waiting: number; listed: number }>(
        apps.database.url,
        'SELECT (SELECT count(*) FROM event_delta)::int AS waiting, (SELECT count(*) FROM event_rejected)::int AS listed',
      );
      const kept = ledger.events + ledger.exposures + ledger.predictions;
      return kept === 0 && stored?.waiting === 0 && stored.listed === 6;
    });
  }, 180_000);
  afterAll(() => apps.stop());

  async function decide(unitId: string): Promise<void> {
    const { tokens } = await apps.ordinary.predict(predictCall({ unitId }));
    const token = tokens[0]?.token ?? '';
    const timeMs = Date.now();
    await apps.ordinary.recordEvents([
      { kind: EventKind.IMPRESSION, token, timeMs, position: 1 },
      { kind: EventKind.CLICK, token, timeMs: timeMs + 1000 },
      { kind: EventKind.CONVERSION, token, timeMs: timeMs + 2000, conversionId: 'o', valueMicros: 5 },
      // Said otherwise: listed as a conflict.
      { kind: EventKind.CLICK, token, timeMs: timeMs + 1500 },
    ]);
  }

  /** Tables with a trace of the unit, whatever the column: its name in any row as text, or one of its predictions. */
  async function tracesOf(unit: string, predictions: readonly string[]): Promise<string[]> {
    const tables = await rows<{ name: string }>(
      apps.database.url,
      `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
         AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const [row] = await rows<{ there: boolean }>(
        apps.database.url,
        `SELECT EXISTS (SELECT FROM ${name} t WHERE position($1 IN t::text) > 0
           OR EXISTS (SELECT FROM unnest($2::text[]) AS p WHERE position(p IN t::text) > 0)) AS there`,
        [unit, predictions],
      );
      if (row?.there === true) found.push(name);
    }
    return found;
  }

  const predictionsOf = async (unit: string): Promise<string[]> =>
    (
      await rows<{ id: string }>(
        apps.database.url,
        'SELECT prediction_id::text AS id FROM prediction WHERE unit = $1',
        [unit],
      )
    ).map(({ id }) => id);

  it('leaves no trace of it in any table, and every sum as it was', async () => {
    const predictions = await predictionsOf(GONE);
    expect(predictions).toHaveLength(3);
    expect(await tracesOf(GONE, predictions)).toEqual(
      expect.arrayContaining([
        'click',
        'conversion',
        'event_rejected',
        'exposure',
        'impression',
        'prediction',
        'unit_agg',
      ]),
    );
    const sums = (): Promise<unknown> =>
      rows(
        apps.database.url,
        'SELECT m::text FROM exp_moments m UNION ALL SELECT r::text FROM rollup_day r ORDER BY 1',
      );
    const report = await apps.admin.report(KEY);
    const before = await sums();
    const others = await tracesOf(STAYS, await predictionsOf(STAYS));

    const erased = await apps.admin.eraseUnit(GONE);
    expect(erased.rows).toMatchObject({ impression: 3, click: 3, conversion: 3, exposure: 1, prediction: 3 });
    expect(erased.sealedDays).toHaveLength(1);

    expect(await tracesOf(GONE, predictions)).toEqual([]);
    expect(await tracesOf(STAYS, await predictionsOf(STAYS))).toEqual(others);
    expect(await sums()).toEqual(before);
    expect((await apps.admin.report(KEY)).metrics).toEqual(report.metrics);
    const pool = openPool({ connectionString: apps.database.url });
    try {
      const found = await withClient(pool, (client) => reconcile(client, 1));
      expect(found?.differing).toEqual([]);
    } finally {
      await pool.end();
    }
  }, 120_000);

  it('says so when nothing is stored of a unit, and over the command line', async () => {
    expect(await apps.admin.eraseUnit('nobody')).toEqual({ rows: {}, sealedDays: [] });
    const written: string[] = [];
    const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    const connection = { admin: apps.admin, importer: apps.importer, close: () => Promise.resolve() };
    await adliftProgram(() => Promise.resolve(connection), '.')
      .parseAsync(['units', 'erase', 'nobody'], { from: 'user' })
      .finally(() => spy.mockRestore());
    expect(written.join('')).toContain('nothing is stored of this unit');
  });

  it.each([['%00'], ['x'.repeat(129)], ['%ff']])('refuses the unit %j', async (unit) => {
    const answer = await fetch(`${apps.experimentsUrl}/v1/units/${unit}`, { method: 'DELETE' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});
