import fc from 'fast-check';
import { findWaiting, foldDeltas, foldWaiting, type Folded } from '@adlift/ledger';
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
    await bench
      .writer()
      .recordEvents(names.map((name, i) => eventOf(fact(i, name), i % 7 === 0 ? 'click' : 'impression')));
    await bench.writer().recordExposures([...new Set(names)].map((name, i) => exposureOf(fact(i, name))));
    const lanes = await bench.rows<{ lane: number; found: number }>(
      `SELECT lane, unit_lane(of.unit) AS found, count(*)::int AS n
       FROM event_delta CROSS JOIN LATERAL unnest(coalesce(units, ARRAY[unit])) AS of (unit) GROUP BY 1, 2 ORDER BY 1`,
    );
    expect(lanes.map(({ lane, found }) => [lane, found])).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it.each([
    ['numbers', "'unit-' || i"],
    ['hexadecimal', 'md5(i::text)'],
    ['base64', "encode(sha256(i::text::bytea), 'base64')"],
  ])('take about as many units each: %s', async (_kind, name) => {
    const [{ share }] = await bench.rows<{ share: number }>(
      `SELECT avg(unit_lane(${name}))::float8 AS share FROM generate_series(1, 10000) AS i`,
    );
    expect(share).toBeGreaterThan(0.35);
    expect(share).toBeLessThan(0.65);
  });

  it('are folded side by side when much waits, and count what one fold counts', async () => {
    await store();
    expect(await waiting()).toEqual({ lanes: [0, 1], without: 0 });
    const folded = await foldTwo();
    expect(folded.more).toBe(false);
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
    return bench.withClient((one) =>
      bench.withClient(async (other) => foldWaiting([one, other], LIMIT, await findWaiting(one))),
    );
  }
});
