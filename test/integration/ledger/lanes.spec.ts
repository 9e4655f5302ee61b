import fc from 'fast-check';
import { foldDeltas, foldWaiting, type Folded } from '@adlift/ledger';
import { laneOf } from '../../../libs/ledger/src/fold/lanes';
import { ADVISORY_LOCKS, HeardClient } from '@adlift/persistence';
import { LedgerBench } from './ledger-bench';
import { eventOf, exposureOf, fact } from './ledger-facts';

const LIMIT = 200_000;
/** As many as are worth two lanes, and a few units with more than one of them. */
const BUSY = 21_000;
const UNITS = 20_000;
const EXPOSED = 3000;

describe('lanes of units', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  beforeEach(() => bench.clear());
  afterAll(() => bench.close());

  it('are the same to the writer and to the database, whatever the name', async () => {
    const names = fc
      .sample(fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }), { numRuns: 3000, seed: 20261129 })
      .filter((name) => !name.includes('\0') && name.isWellFormed());
    const rows = await bench.rows<{ lane: number }>(
      'SELECT unit_lane(unit) AS lane FROM unnest($1::text[]) WITH ORDINALITY AS of (unit, n) ORDER BY n',
      [names],
    );
    const lanes = names.map((name) => {
      const memory = Buffer.from(`before${name}after`);
      return laneOf(memory, 6, memory.length - 5);
    });
    expect(rows.map(({ lane }) => lane)).toEqual(lanes);
    expect(new Set(lanes).size).toBe(2);
  });

  it('take about as many units each, of numbers, of hexadecimal and of base64url', () => {
    const kinds = [
      (i: number) => `unit-${i}`,
      (i: number) => (i * 2654435761).toString(16),
      (i: number) => Buffer.from(`${i * 7919}`).toString('base64url'),
    ];
    for (const kind of kinds) {
      const names = Array.from({ length: 10_000 }, (_, i) => Buffer.from(kind(i)));
      const share = names.filter((name) => laneOf(name, 0, name.length) === 1).length / names.length;
      expect(share).toBeGreaterThan(0.35);
      expect(share).toBeLessThan(0.65);
    }
  });

  it('are folded side by side when much waits, and count what one fold counts', async () => {
    await store();
    expect(await waiting()).toEqual({ lanes: [0, 1], without: 0 });
    const folded = await foldTwo();
    expect(folded).toEqual({ deltas: expect.any(Number), more: false });
    expect(folded.deltas).toBeGreaterThanOrEqual(BUSY);
    const inLanes = await bench.provenStatistics();
    await bench.clear();
    await store();
    await bench.fold();
    expect(await bench.provenStatistics()).toEqual(inLanes);
  });

  it('leave what the other lane waits for, and say no more than what is folded of both', async () => {
    await store();
    const other = new HeardClient({ connectionString: bench.database.url });
    await other.connect();
    await other.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCKS.foldLanes[1]]);
    const { deltas } = await foldTwo();
    expect(deltas).toBeGreaterThan(0);
    const [{ unfolded }] = await bench.rows<{ unfolded: number }>(
      'SELECT count(*)::int AS unfolded FROM event_delta, fold_state WHERE id <= folded_through',
    );
    expect(unfolded).toBe(0);
    expect((await waiting()).lanes).toEqual([1]);
    await other.end();
    while ((await foldTwo()).deltas > 0);
    expect((await bench.provenStatistics()).unitDay).not.toEqual([]);
  });

  it('wait for a fold of all units while some deltas have none', async () => {
    await store();
    await bench.rows('UPDATE event_delta SET lane = NULL WHERE id = (SELECT min(id) FROM event_delta)');
    const gate = new HeardClient({ connectionString: bench.database.url });
    await gate.connect();
    // Held in common, it stops nobody but a fold of all units.
    await gate.query('SELECT pg_advisory_lock_shared($1)', [ADVISORY_LOCKS.fold]);
    expect(await foldTwo()).toEqual({ deltas: 0, more: false });
    await gate.end();
    expect((await foldTwo()).deltas).toBeGreaterThanOrEqual(BUSY);
    expect((await bench.provenStatistics()).unitDay).not.toEqual([]);
  });

  it('are nothing to a fold of all units that comes meanwhile', async () => {
    await store();
    const [, ...others] = await Promise.all([foldTwo(), bench.withClient((client) => foldDeltas(client, LIMIT))]);
    expect(others).toHaveLength(1);
    while ((await foldTwo()).deltas > 0);
    expect((await bench.provenStatistics()).unitDay).not.toEqual([]);
  });

  async function store(): Promise<void> {
    const facts = Array.from({ length: BUSY }, (_, i) => fact(i, `unit-${i % UNITS}`));
    const writer = bench.writer();
    await writer.recordExposures(facts.slice(0, EXPOSED).map(exposureOf));
    await writer.recordEvents(facts.map((one) => eventOf(one, 'impression')));
    await writer.recordEvents(facts.filter((_, i) => i % 9 === 0).map((one) => eventOf(one, 'click')));
  }

  async function waiting(): Promise<{ lanes: number[]; without: number }> {
    const [row] = await bench.rows<{ lanes: number[]; without: number }>(
      `SELECT array_agg(DISTINCT lane ORDER BY lane) FILTER (WHERE lane IS NOT NULL) AS lanes,
         count(*) FILTER (WHERE lane IS NULL)::int AS without FROM event_delta`,
    );
    return row;
  }

  function foldTwo(): Promise<Folded> {
    return bench.withClient((one) => bench.withClient((other) => foldWaiting([one, other], LIMIT)));
  }
});
