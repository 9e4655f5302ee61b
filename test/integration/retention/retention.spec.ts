import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { reconcile } from '../../../apps/experiments/src/reconcile/reconcile';
import { applyRetention, type RetentionRun } from '../../../apps/experiments/src/retention/retention';
import { LedgerBench } from '../ledger/ledger-bench';
import { eventOf, exposureOf, fact, START_MS } from '../ledger/ledger-facts';

const DAY_MS = 86_400_000;
const FIRST = '2026-11-01';
const SECOND = '2026-11-02';
/** As of then the first of the two days is too old when 31 are kept, and the second is not. */
const NOW_MS = START_MS + 32 * DAY_MS;

describe('retention', () => {
  let bench: LedgerBench;
  let folder: string;

  beforeEach(async () => {
    bench = await LedgerBench.open();
    folder = mkdtempSync(join(tmpdir(), 'adlift-retention-'));
    await report(0, 90);
  });
  afterEach(async () => {
    await bench.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const eventsOf = (i: number) => [
    eventOf(fact(i), 'impression'),
    ...(i % 4 === 0 ? [eventOf(fact(i), 'click'), eventOf(fact(i), 'conversion')] : []),
    ...(i % 7 === 0 ? [eventOf(fact(i), 'hide', { reason: 'été "quoted"\n' })] : []),
  ];

  async function report(from: number, to: number): Promise<void> {
    const numbers = Array.from({ length: to - from }, (_, i) => from + i);
    const writer = bench.writer();
    await writer.recordExposures(numbers.map((i) => exposureOf(fact(i))));
    await writer.recordEvents(numbers.flatMap(eventsOf));
  }

  function apply(
    changes: { eventDays?: number; predictionDays?: number; exported?: boolean } = {},
  ): Promise<RetentionRun> {
    return bench.withClient((client) =>
      applyRetention({
        ...{ client, databaseUrl: bench.database.url, nowMs: NOW_MS, log: () => undefined },
        ...{ eventDays: changes.eventDays ?? 31, predictionDays: changes.predictionDays ?? 0, rejectedDays: 0 },
        exportFolder: changes.exported === true ? folder : undefined,
        signal: new AbortController().signal,
      }),
    );
  }

  /** Everything that reports read, of every day. */
  async function kept(): Promise<unknown> {
    const tables = ['unit_agg', 'unit_day', 'rollup_day', 'exp_moments', 'exp_phase'];
    return Promise.all(tables.map((table) => bench.rows(`SELECT t::text FROM ${table} t ORDER BY 1`)));
  }

  const countOf = async (table: string, day: string): Promise<number> =>
    (await bench.rows<{ n: number }>(`SELECT count(*)::int AS n FROM ${table} WHERE day = $1`, [day]))[0]?.n ?? NaN;

  it('drops raw events of days that are too old, and no statistic changes', async () => {
    await bench.fold();
    const before = await kept();
    const newer = await countOf('impression', SECOND);
    expect(await apply()).toMatchObject({ dropped: [FIRST], kept: [] });
    for (const table of ['impression', 'click', 'conversion', 'feedback', 'unit_click']) {
      expect(await countOf(table, FIRST)).toBe(0);
    }
    expect(await countOf('impression', SECOND)).toBe(newer);
    expect(newer).toBeGreaterThan(0);
    expect(await kept()).toEqual(before);
    // The day is sealed, and what is left still agrees.
    for (const turn of [0, 1]) {
      const found = await bench.withClient((client) => reconcile(client, turn));
      expect(found).toMatchObject({ work: { day: SECOND }, differing: [] });
    }
    expect(await apply()).toMatchObject({ dropped: [], kept: [] });
  });

  it('keeps everything when nothing is too old, and for ever with 0 days', async () => {
    await bench.fold();
    expect(await apply({ eventDays: 32 })).toMatchObject({ dropped: [] });
    expect(await apply({ eventDays: 0 })).toMatchObject({ dropped: [] });
    expect(await countOf('impression', FIRST)).toBeGreaterThan(0);
  });

  it('counts nothing twice that is reported again after it was dropped, and lists it', async () => {
    await bench.fold();
    const writer = bench.writer();
    // This writer has seen the partition, that one has not.
    await writer.recordEvents(eventsOf(91));
    await bench.fold();
    const before = await kept();
    await apply();
    const old = Array.from({ length: 90 }, (_, i) => i).filter((i) => i % 3 !== 0);
    for (const one of [writer, bench.writer()]) {
      const outcomes = await one.recordEvents([...old.flatMap(eventsOf), ...eventsOf(3)]);
      const said = new Set(outcomes.map(({ status, reason }) => `${status} ${reason}`));
      expect([...said].sort()).toEqual(['duplicate already_recorded', 'rejected older_than_retention']);
    }
    await bench.fold();
    expect(await kept()).toEqual(before);
    expect(await countOf('impression', FIRST)).toBe(0);
    const [listed] = await bench.rows<{ n: number }>(
      "SELECT count(*)::int AS n FROM event_rejected WHERE reason = 'older_than_retention'",
    );
    expect(listed?.n).toBe(2 * old.flatMap(eventsOf).length);
  });

  it('leaves a day alone that is not folded yet', async () => {
    expect(await apply()).toMatchObject({ dropped: [], kept: [FIRST] });
    expect(await countOf('impression', FIRST)).toBeGreaterThan(0);
    await bench.fold();
    expect(await apply()).toMatchObject({ dropped: [FIRST] });
    await bench.withClient(async (client) => expect((await reconcile(client, 0))?.differing).toEqual([]));
  });

  it('drops versions of ads that no logged prediction can name any more, and keeps what each ad is', async () => {
    const versions: [ad: string, version: number, day: string, removed: boolean][] = [
      ['changed', 1, '2026-10-01', false],
      ['changed', 2, '2026-10-20', false],
      ['changed', 5, '2026-11-20', false],
      ['as it was', 1, '2026-10-01', false],
      ['removed', 3, '2026-10-02', false],
      ['removed', 4, '2026-10-03', true],
    ];
    for (const [ad, version, day, removed] of versions) {
      await bench.rows(
        `INSERT INTO ad_version (ad_id, version, campaign_id, landing_url, features, removed, changed_at)
         VALUES ($1, $2, 'c', '', '{}', $3, $4)`,
        [ad, version, removed, day],
      );
    }
    const left = async (): Promise<string[]> =>
      (await bench.rows<{ v: string }>('SELECT ad_id || version AS v FROM ad_version ORDER BY 1')).map(({ v }) => v);
    expect(await apply()).toMatchObject({ adVersionsDeleted: 0 });
    // The log goes back to 2026-11-23, the catalogue as of it a week further.
    expect(await apply({ predictionDays: 10 })).toMatchObject({ adVersionsDeleted: 2 });
    expect(await left()).toEqual(['as it was1', 'changed2', 'changed5', 'removed4']);
    expect(await apply({ predictionDays: 1 })).toMatchObject({ adVersionsDeleted: 1 });
    expect(await left()).toEqual(['as it was1', 'changed5', 'removed4']);
  });

  it('exports every row to Parquet before it is dropped', async () => {
    await bench.fold();
    const tables = ['impression', 'click', 'conversion', 'feedback'];
    const rows = new Map<string, Record<string, unknown>[]>();
    for (const table of tables) {
      rows.set(table, await bench.rows(`SELECT * FROM ${table} WHERE day = $1 ORDER BY prediction_id`, [FIRST]));
    }
    await apply({ exported: true });
    for (const table of tables) {
      const [name] = readdirSync(join(folder, table, `day=${FIRST}`));
      const file = join(folder, table, `day=${FIRST}`, name);
      const found = (await parquetReadObjects({ file: await asyncBufferFromFile(file) })).sort((a, b) =>
        String(a['prediction_id']) < String(b['prediction_id']) ? -1 : 1,
      );
      const stored = rows.get(table) ?? [];
      expect(found).toHaveLength(stored.length);
      expect(stored.length).toBeGreaterThan(0);
      for (const [i, row] of stored.entries()) {
        for (const [name, value] of Object.entries(row))
          expect([name, comparable(found[i]?.[name])]).toEqual([name, comparable(value)]);
      }
    }
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith('.unfinished'))).toEqual([]);
  });

  it('drops nothing that could not be exported', async () => {
    await bench.fold();
    rmSync(folder, { recursive: true });
    // A file stands where the folder should be.
    await expect(
      bench.withClient((client) =>
        applyRetention({
          ...{ client, databaseUrl: bench.database.url, nowMs: NOW_MS, log: () => undefined },
          ...{ eventDays: 31, predictionDays: 0, rejectedDays: 0, exportFolder: '/dev/null/nowhere' },
          signal: new AbortController().signal,
        }),
      ),
    ).rejects.toThrow(/ENOTDIR|ENOENT|EEXIST/);
    expect(await countOf('impression', FIRST)).toBeGreaterThan(0);
    expect(existsSync(folder)).toBe(false);
  });

  it('forgets rejected events and the prediction log after days of their own', async () => {
    await bench.rows(
      `INSERT INTO event_rejected (received_at, status, reason, kind, detail)
       VALUES ('2026-11-01', 'rejected', 'old', 'click', '{}'), ('2026-12-02', 'rejected', 'new', 'click', '{}')`,
    );
    const run = await bench.withClient((client) =>
      applyRetention({
        ...{ client, databaseUrl: bench.database.url, nowMs: NOW_MS, log: () => undefined },
        ...{ eventDays: 0, predictionDays: 10, rejectedDays: 30, exportFolder: undefined },
        signal: new AbortController().signal,
      }),
    );
    expect(run).toMatchObject({ dropped: [], rejectedDeleted: 1, predictionDaysDropped: [FIRST, SECOND] });
    expect(
      (await bench.rows('SELECT reason FROM event_rejected')).map((row) => (row as { reason: string }).reason),
    ).toEqual(['new']);
  });
});

/** A value as it is in PostgreSQL's answer and in a Parquet file, in one form. */
function comparable(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  if (typeof value === 'bigint') return String(value);
  // PostgreSQL writes a number of single precision in the fewest digits that tell it from others.
  if (typeof value === 'number') return Math.fround(value);
  return value;
}
