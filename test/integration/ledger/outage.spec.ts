import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger, type StoredNotice } from '@adlift/ledger';
import { StoreUnavailable } from '@adlift/persistence';
import { CuttableProxy } from '../setup/cuttable-proxy';
import { until } from '../setup/until';
import { eventOf, exposureOf, fact, noise } from './ledger-facts';
import { LedgerBench } from './ledger-bench';

const MIB = 1 << 20;

describe('the ledger while its database is away', () => {
  let bench: LedgerBench;
  let way: CuttableProxy;
  let home: string;
  const open: Ledger[] = [];
  const stored: StoredNotice[] = [];

  beforeEach(async () => {
    bench = await LedgerBench.open();
    way = await CuttableProxy.to(bench.database.url);
    home = mkdtempSync(join(tmpdir(), 'adlift-ledger-'));
    stored.length = 0;
  });
  afterEach(async () => {
    await way.cut();
    for (const ledger of open.splice(0)) await ledger.close(0);
    await bench.close();
    rmSync(home, { recursive: true });
  });

  async function ledger(maxBytes = 64 * MIB): Promise<Ledger> {
    const opened = await Ledger.open({
      file: join(home, 'ledger.db'),
      maxBytes,
      databaseUrl: way.url,
      onStored: (notice) => stored.push(notice),
      onAway: () => undefined,
      onThreadDied: () => undefined,
    });
    open.push(opened);
    return opened;
  }

  const settled = (of: Ledger): Promise<unknown> =>
    until('all to be stored', () => of.pending.events + of.pending.exposures === 0, 20_000);

  it('acknowledges events from its disk, and stores them when the database is back', async () => {
    const writing = await ledger();
    await way.cut();
    await writing.record([eventOf(fact(1), 'click'), eventOf(fact(2), 'click')], [exposureOf(fact(1))]);
    for (let i = 0; i < 40; i++) expect(writing.expose(exposureOf(fact(i)))).toBe(true);
    await until('the writer to notice', () => writing.unavailable);
    expect(writing.pending).toMatchObject({ events: 2, exposures: 41 });
    await way.mend();
    await settled(writing);
    expect(writing.unavailable).toBe(false);
    expect(await bench.rows('SELECT idx FROM click')).toHaveLength(2);
    expect(await bench.rows('SELECT unit FROM exposure')).toHaveLength(40);
  });

  it('stores once what both of its connections bring at a time', async () => {
    const writing = await ledger();
    await way.cut();
    // More than a transaction takes, then all of it once more: the repeats come while the first are being stored.
    const events = Array.from({ length: 22_000 }, (_, i) => eventOf(fact(i, `unit-${i % 500}`), 'click'));
    for (let again = 0; again < 2; again++)
      for (let i = 0; i < events.length; i += 1000) await writing.record(events.slice(i, i + 1000), []);
    await until('the writer to notice', () => writing.unavailable);
    await way.mend();
    await settled(writing);
    const [{ n }] = await bench.rows<{ n: number }>('SELECT count(*)::int AS n FROM click');
    const duplicates = stored.reduce((sum, notice) => sum + notice.duplicates, 0);
    expect({ n, duplicates }).toEqual({ n: events.length, duplicates: events.length });
  });

  it('keeps what is not stored for the next owner of the file', async () => {
    const first = await ledger();
    await way.cut();
    await first.record([eventOf(fact(1), 'click')], [exposureOf(fact(1))]);
    await until('the writer to notice', () => first.unavailable);
    expect(await first.close(5000)).toBe(2);
    await expect(first.record([eventOf(fact(2), 'click')], [])).rejects.toThrow(StoreUnavailable);
    expect(first.expose(exposureOf(fact(2)))).toBe(false);
    await way.mend();
    await settled(await ledger());
    expect(await bench.rows('SELECT idx FROM click')).toHaveLength(1);
    expect(await bench.rows('SELECT unit FROM exposure')).toHaveLength(1);
  });

  it('refuses when its disk space is used up, and takes events again once some are stored', async () => {
    const writing = await ledger(16 * MIB);
    await way.cut();
    const reason = noise(90_000);
    let taken = 0;
    const one = (i: number): Promise<void> => writing.record([eventOf(fact(i), 'hide', { reason })], []);
    await expect(
      (async () => {
        for (; taken < 200; taken++) await one(taken);
      })(),
    ).rejects.toThrow(/the spool .* is full/);
    expect(taken).toBeGreaterThan(50);
    expect(writing.expose(exposureOf(fact(1)))).toBe(false);
    await way.mend();
    await until('room again', () =>
      one(taken).then(
        () => true,
        () => false,
      ),
    );
    await settled(writing);
    const [kept] = await bench.rows<{ n: number }>('SELECT count(*)::int AS n FROM feedback');
    expect(kept?.n).toBe(taken + 1);
  });

  it('loses nothing and counts nothing twice when connection, writer and spool break again and again', async () => {
    const writing = await ledger();
    const acknowledged: string[] = [];
    for (let round = 0; round < 6; round++) {
      const facts = Array.from({ length: 20 }, (_, i) => fact(round * 20 + i, `unit-${round * 20 + i}`));
      const sent = writing.record(
        facts.map((one) => eventOf(one, 'click')),
        facts.map(exposureOf),
      );
      if (round % 3 === 2) void writing.killThread('spool');
      if (round % 3 === 1) void writing.killThread('writer');
      await sent.then(
        () => acknowledged.push(...facts.map(({ predictionId }) => predictionId)),
        () => undefined,
      );
      await way.cut();
      await way.mend();
      await until('the spool to be open again', () => writing.spooling);
    }
    await settled(writing);
    await bench.fold();
    expect(acknowledged.length).toBeGreaterThanOrEqual(80);
    const clicks = await bench.rows<{ prediction_id: string }>('SELECT prediction_id FROM click');
    const found = new Set(clicks.map((click) => click.prediction_id));
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    const [kept] = await bench.rows(
      `SELECT (SELECT sum(exposures)::int FROM rollup_day) - (SELECT count(*)::int FROM exposure) AS exposures,
         (SELECT sum(clicks)::int FROM rollup_day) - (SELECT count(*)::int FROM click) AS clicks`,
    );
    expect(kept).toEqual({ exposures: 0, clicks: 0 });
    expect(writing.writerRestarts).toBeGreaterThanOrEqual(2);
  });

  it('tells of each batch how many were repeats, and of which traced decisions it tells', async () => {
    const writing = await ledger();
    const click = eventOf(fact(1), 'click', { claims: { traceSampled: true } });
    await writing.record([click, click, { ...click, chargedMicros: 7 }], []);
    await settled(writing);
    const sum = (of: 'records' | 'duplicates' | 'conflicts'): number =>
      stored.filter(({ stream }) => stream === 'event').reduce((total, notice) => total + notice[of], 0);
    expect([sum('records'), sum('duplicates'), sum('conflicts')]).toEqual([3, 1, 1]);
    const [{ decisions }] = stored as [StoredNotice];
    expect(decisions[0]).toEqual({
      traceId: 'cd'.repeat(16),
      spanId: fact(1).predictionId.replaceAll('-', '').slice(16),
    });
  });
});
