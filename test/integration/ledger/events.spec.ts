import fc from 'fast-check';
import { encodeEvent, streamStore, type LedgerEvent } from '@adlift/ledger';
import { withClient } from '@adlift/persistence';
import { eventOf, exposureOf, fact, noise } from './ledger-facts';
import { keptRows, recountedRows } from './kept-statistics';
import { LedgerBench } from './ledger-bench';

describe('the ledger of events', () => {
  let bench: LedgerBench;

  beforeEach(async () => {
    bench = await LedgerBench.open();
  });
  afterEach(() => bench.close());

  it('counts every event once when everything is sent a second time', async () => {
    const events = manyEvents(300);
    const exposures = Array.from({ length: 300 }, (_, i) => exposureOf(fact(i)));
    const first = bench.writer();
    expect((await first.recordExposures(exposures)).filter(Boolean)).toHaveLength(40);
    expect(new Set((await first.recordEvents(events)).map(({ status }) => status))).toEqual(new Set(['accepted']));
    await bench.fold();
    const before = await keptRows(bench);

    const again = bench.writer();
    expect((await again.recordExposures(exposures)).filter(Boolean)).toHaveLength(0);
    const outcomes = await again.recordEvents(events);
    expect(outcomes).toEqual(events.map(() => ({ status: 'duplicate', reason: 'already_recorded' })));
    await bench.fold();
    expect(await keptRows(bench)).toEqual(before);
    expect(before.unitAgg).toHaveLength(40);
    const [listed] = await bench.rows('SELECT count(*)::int AS n FROM event_rejected WHERE status = $1', ['duplicate']);
    expect(listed).toEqual({ n: events.length });
  });

  it('keeps statistics that equal a recount from the raw tables', async () => {
    const writer = bench.writer();
    await writer.recordExposures(Array.from({ length: 200 }, (_, i) => exposureOf(fact(i))));
    await writer.recordEvents([
      ...manyEvents(200),
      eventOf(fact(3), 'conversion', { conversionId: 'refund-1', chargedMicros: -120_000, valueMicros: -5_000_000 }),
      eventOf(fact(7, 'unit-7'), 'impression', { claims: { index: 1, fallback: true, pctr: Math.fround(0.3) } }),
      eventOf(fact(9), 'hide', { claims: { index: 2, assignments: [] } }),
    ]);
    await bench.fold(7);
    const kept = await keptRows(bench);
    expect(kept).toEqual(await recountedRows(bench));
    expect(kept.unitAgg.length).toBeGreaterThan(30);
    expect(kept.rollupDay).toHaveLength(4);
  });

  it('accepts the first of equal events within one batch and calls the others duplicates', async () => {
    const click = eventOf(fact(1), 'click');
    const outcomes = await bench.writer().recordEvents([click, click, eventOf(fact(2), 'click'), click]);
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'duplicate', 'accepted', 'duplicate']);
    expect(await bench.rows('SELECT idx FROM click')).toHaveLength(2);
  });

  it('tells an event that says something else from a repeat', async () => {
    const writer = bench.writer();
    const click = eventOf(fact(1), 'click');
    await writer.recordEvents([click]);
    const outcomes = await writer.recordEvents([
      { ...click, chargedMicros: 1 },
      { ...click, timeMs: click.timeMs + 1 },
      click,
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['conflict', 'conflict', 'duplicate']);
    const [stored] = await bench.rows<{ charged_micros: string }>('SELECT charged_micros FROM click');
    expect(stored?.charged_micros).toBe('250000');
  });

  it('calls a retry a duplicate when the time is that of arrival', async () => {
    const writer = bench.writer();
    const click = eventOf(fact(1), 'click', { timed: false });
    await writer.recordEvents([click]);
    const [retry] = await writer.recordEvents([{ ...click, timeMs: click.timeMs + 750 }]);
    expect(retry?.status).toBe('duplicate');
  });

  it('keeps conversions with different ids, or of different kinds, apart', async () => {
    const outcomes = await bench
      .writer()
      .recordEvents([
        eventOf(fact(1), 'conversion'),
        eventOf(fact(1), 'conversion', { conversionId: 'order-2' }),
        eventOf(fact(1), 'conversion', { conversionKind: 'signup' }),
        eventOf(fact(1), 'conversion'),
      ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'accepted', 'accepted', 'duplicate']);
  });

  it.each<[string, Partial<LedgerEvent['claims']>]>([
    ['a number out of the range of its column', { catalogueVersion: 3e9 }],
    ['an assignment that cannot be stored', { assignments: [{ ...fact(5).assignment, phase: 4294967295 }] }],
    ['an experiment too long for an index', { assignments: [{ ...fact(5).assignment, experiment: noise(9000) }] }],
  ])('stores the neighbours of an event with %s', async (_what, claims) => {
    const writer = bench.writer();
    const events = Array.from({ length: 9 }, (_, i) => eventOf(fact(i), 'impression', i === 5 ? { claims } : {}));
    const outcomes = await writer.recordEvents(events);
    expect(outcomes.map(({ status }) => status)).toEqual(events.map((_, i) => (i === 5 ? 'rejected' : 'accepted')));
    expect(outcomes[5]?.reason).toMatch(/^unstorable: /);
    expect(await bench.rows('SELECT idx FROM impression')).toHaveLength(8);
    const [later] = await writer.recordEvents([eventOf(fact(20), 'impression')]);
    expect(later?.status).toBe('accepted');
  });

  it('refuses a record that is cut short, and stores its neighbours', async () => {
    const records = Array.from({ length: 5 }, (_, i) => encodeEvent(eventOf(fact(i), 'impression')));
    records[2] = records[2].subarray(0, -3);
    const outcomes = await withClient(bench.pool, (client) => streamStore('event').store(client, records));
    expect(outcomes.map(({ status }) => status)).toEqual(records.map((_, i) => (i === 2 ? 'rejected' : 'accepted')));
    expect(await bench.rows('SELECT idx FROM impression')).toHaveLength(4);
  });

  it('keeps text that would end a field, a row or the copy', async () => {
    const adId = 'tab\there\nline\r\\. \\N \0 "quoted" {a,b} é 🙂';
    await bench.writer().recordEvents([eventOf(fact(1), 'impression', { claims: { adId } })]);
    expect(await bench.rows('SELECT ad_id FROM impression')).toEqual([{ ad_id: adId.replace('\0', '\uFFFD') }]);
  });

  it('counts a unit without an experiment for the unit alone', async () => {
    const none = { claims: { assignments: [{ ...fact(1).assignment, reason: 'forced' as const }] } };
    await bench.writer().recordEvents([eventOf(fact(1), 'impression', none)]);
    await bench.fold();
    const { unitAgg, unitDay } = await keptRows(bench);
    expect([unitAgg.length, unitDay.length]).toEqual([0, 1]);
  });

  it('gives the same statistics for any order and any batches of one stream', async () => {
    const stream = manyEvents(12);
    const exposures = Array.from({ length: 24 }, (_, i) =>
      fact(i, `unit-${i % 6}`, i % 5 === 0 ? 'treatment' : 'control'),
    );
    let expected: unknown;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...stream, ...stream.slice(0, 9)], { minLength: stream.length + 9 }),
        fc.shuffledSubarray(exposures, { minLength: exposures.length }),
        fc.integer({ min: 1, max: 11 }),
        async (events, exposed, size) => {
          await bench.rows(
            'TRUNCATE exposure, impression, click, conversion, feedback, event_delta, unit_agg, unit_day, rollup_day',
          );
          const writer = bench.writer();
          for (let at = 0; at < Math.max(events.length, exposed.length); at += size) {
            await writer.recordEvents(events.slice(at, at + size));
            await writer.recordExposures(exposed.slice(at, at + size).map(exposureOf));
            if (size % 2 === 0) await bench.fold(5);
          }
          await bench.fold();
          const kept = await keptRows(bench);
          expect(kept).toEqual(await recountedRows(bench));
          expected ??= kept;
          expect(kept).toEqual(expected);
        },
      ),
      { numRuns: 12, seed: 20261101 },
    );
  });

  it('makes the partitions of days it has not seen, by two writers at once', async () => {
    const writers = [bench.writer(), bench.writer()];
    const days = Array.from({ length: 4 }, (_, i) => fact(1000 + i * 86_400));
    const outcomes = await Promise.all(
      writers.map((writer, w) =>
        writer.recordEvents(days.map((day) => eventOf(day, 'click', { claims: { index: w } }))),
      ),
    );
    expect(outcomes.flat().every(({ status }) => status === 'accepted')).toBe(true);
    expect(await bench.rows('SELECT idx FROM click')).toHaveLength(8);
    const made = await bench.rows<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relname LIKE 'click_2026%' AND relkind = 'r' ORDER BY 1",
    );
    expect(made).toHaveLength(new Set(days.map(({ timeMs }) => new Date(timeMs).toISOString().slice(0, 10))).size);
  });

  it('makes a partition again that was dropped behind its back', async () => {
    const writer = bench.writer();
    await writer.recordEvents([eventOf(fact(0), 'impression')]);
    const day = new Date(fact(0).timeMs).toISOString().slice(0, 10).replaceAll('-', '');
    await bench.rows(`DROP TABLE impression_${day}`);
    const [outcome] = await writer.recordEvents([eventOf(fact(3), 'impression')]);
    expect(outcome?.status).toBe('accepted');
  });
});

/** An impression for each fact, a click for a third of them, a conversion for some clicks, a hide for others. */
function manyEvents(n: number): LedgerEvent[] {
  return Array.from({ length: n }, (_, i) => fact(i)).flatMap((one, i) => [
    eventOf(one, 'impression', { claims: { pctr: Math.fround(0.01 + (i % 7) / 90) } }),
    ...(i % 3 === 0 ? [eventOf(one, 'click', { chargedMicros: 100_000 + i })] : []),
    ...(i % 6 === 0 ? [eventOf(one, 'conversion')] : []),
    ...(i % 11 === 0 ? [eventOf(one, 'hide')] : []),
  ]);
}
