import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetMetadataAsync, asyncBufferFromFile } from 'hyparquet';
import { applyRetention } from '../../../apps/experiments/src/retention/retention';
import { dropDay, eraseUnit, misjudgedEvents, mismatches } from '@adlift/ledger';
import { ADVISORY_LOCKS, ensurePartitions, HeardClient } from '@adlift/persistence';
import { LedgerBench } from '../ledger/ledger-bench';
import { eventOf, exposureOf, fact, START_MS } from '../ledger/ledger-facts';
import { until } from '../setup/until';

const DAY_MS = 86_400_000;
const GONE = 'unit-1';
const SHADOW = {
  ...{ day: '2026-11-01', experiment: 'e', phase: 1, variant: 'a', shadow: 'b', model: 'm', bundle_digest: '' },
  ...{ pctr_served: [0.1], pctr_shadow: [0.2], rate: 1, scored_us: 5 },
};

describe('retention and erasure beside traffic', () => {
  let bench: LedgerBench;

  beforeEach(async () => {
    bench = await LedgerBench.open();
  });
  afterEach(() => bench.close());

  /** A connection of its own, in whose transaction `work` is done; ended by what it resolves with. */
  async function transaction(work: (client: HeardClient) => Promise<unknown>): Promise<() => Promise<void>> {
    const client = new HeardClient({ connectionString: bench.database.url });
    await client.connect();
    await client.query('BEGIN');
    await work(client);
    return async () => {
      await client.query('COMMIT');
      await client.end();
    };
  }

  async function waitsForLock(statement: string): Promise<void> {
    await until(`"${statement}" to wait`, async () => {
      const [found] = await bench.rows<{ n: number }>(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND position($1 IN query) > 0 AND datname = current_database()",
        [statement],
      );
      return found?.n === 1;
    });
  }

  it('makes the partition of a new day while somebody reads the tables for long', async () => {
    const done = await transaction((client) =>
      client.query('SELECT (SELECT count(*) FROM impression), (SELECT count(*) FROM prediction)'),
    );
    try {
      await bench.withClient(async (client) => {
        await client.query("SET statement_timeout = '2s'");
        await ensurePartitions(client, ['2031-01-01']);
      });
      await bench.writer().recordEvents([eventOf(fact(1), 'impression'), eventOf(fact(1), 'click')]);
    } finally {
      await done();
    }
    expect(await bench.rows('SELECT idx FROM click')).toHaveLength(1);
  });

  it('leaves events that come while their unit is erased, with what they count', async () => {
    await bench.writer().recordExposures([exposureOf(fact(1))]);
    await bench.writer().recordEvents([eventOf(fact(1), 'impression'), eventOf(fact(1), 'click')]);
    await bench.fold();
    const done = await transaction((client) => client.query('SELECT FROM click WHERE unit = $1 FOR UPDATE', [GONE]));
    const erasing = bench.withClient((client) => eraseUnit(client, GONE));
    await waitsForLock('DELETE FROM');
    // Of another day than what is erased.
    await bench.writer().recordEvents([eventOf(fact(81, GONE), 'impression')]);
    await done();
    expect((await erasing).rows).toMatchObject({ impression: 1, click: 1 });
    await bench.fold();
    const wrong = await bench.withClient(async (client) => [
      ...(await mismatches(client, {}, 20)),
      ...(await misjudgedEvents(client)),
    ]);
    expect(wrong).toEqual([]);
    const [{ n }] = await bench.rows<{ n: number }>('SELECT impressions::int AS n FROM unit_day WHERE unit = $1', [
      GONE,
    ]);
    expect(n).toBe(1);
  });

  it('counts what waits to be counted before its unit is erased', async () => {
    await bench.writer().recordExposures([exposureOf(fact(1)), exposureOf(fact(2))]);
    const events = [1, 2].flatMap((n) => [eventOf(fact(n), 'impression'), eventOf(fact(n), 'click')]);
    await bench.writer().recordEvents(events);
    const { rows } = await bench.withClient((client) => eraseUnit(client, GONE));
    expect(rows).toEqual({ exposure: 1, impression: 1, click: 1, unit_click: 1 });
    const [sums] = await bench.rows('SELECT sum(units)::int AS units, sum(sum_clicks)::int AS clicks FROM exp_moments');
    expect(sums).toEqual({ units: 2, clicks: 2 });
    expect(await bench.rows('SELECT FROM unit_agg WHERE unit = $1', [GONE])).toEqual([]);
  });

  it('erases a unit from records that the database refused', async () => {
    const refused = eventOf(fact(1), 'click', { chargedMicros: 1, claims: { catalogueVersion: 2 ** 40 } });
    const other = eventOf(fact(2), 'click', { claims: { catalogueVersion: 2 ** 40 } });
    const outcomes = await bench.writer().recordEvents([refused, other]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect((await bench.withClient((client) => eraseUnit(client, GONE))).rows).toEqual({ event_rejected: 1 });
    const left = await bench.rows<{ record: string }>("SELECT detail ->> 'record' AS record FROM event_rejected");
    expect(left.map(({ record }) => Buffer.from(record, 'base64').includes('unit-2'))).toEqual([true]);
  });

  it('waits for a fold that takes long, not for a writer', async () => {
    await bench.writer().recordEvents([eventOf(fact(1), 'impression')]);
    await bench.fold();
    const done = await transaction((client) => client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.fold]));
    const client = new HeardClient({ connectionString: bench.database.url, lock_timeout: 200 });
    await client.connect();
    try {
      const dropping = dropDay(client, '2026-11-01').then(
        (kept) => kept ?? 'dropped',
        (error: Error) => error.message,
      );
      await bench.rows('SELECT pg_sleep(0.6)');
      await done();
      expect(await dropping).toBe('dropped');
      await bench.writer().recordEvents([eventOf(fact(3), 'impression')]);
      await bench.fold();
      const written = await transaction((writer) => writer.query('LOCK TABLE impression IN ROW EXCLUSIVE MODE'));
      await expect(dropDay(client, '2026-11-02')).rejects.toThrow('lock timeout');
      await written();
    } finally {
      await client.end();
    }
  });

  it('keeps what it exported when rows of a day come after it was dropped', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'adlift-late-'));
    const shadow = (n: number): Promise<unknown> =>
      bench.rows(`INSERT INTO shadow_score SELECT * FROM jsonb_populate_record(NULL::shadow_score, $1)`, [
        JSON.stringify({ ...SHADOW, prediction_id: fact(n).predictionId }),
      ]);
    const apply = (): Promise<unknown> =>
      bench.withClient((client) =>
        applyRetention({
          ...{ client, databaseUrl: bench.database.url, nowMs: START_MS + 32 * DAY_MS, log: () => undefined },
          ...{ eventDays: 0, predictionDays: 1, rejectedDays: 0, exportFolder: folder },
          signal: new AbortController().signal,
        }),
      );
    try {
      await bench.withClient((client) => ensurePartitions(client, ['2026-11-01']));
      for (const n of [1, 2, 4]) await shadow(n);
      await apply();
      await bench.withClient((client) => ensurePartitions(client, ['2026-11-01']));
      await shadow(5);
      await apply();
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.parquet'),
      );
      const rows = await Promise.all(
        files.map(async (name) => parquetMetadataAsync(await asyncBufferFromFile(join(folder, name)))),
      );
      expect(rows.reduce((sum, { num_rows }) => sum + Number(num_rows), 0)).toBe(4);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
