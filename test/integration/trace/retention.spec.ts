import type { PoolClient } from 'pg';
import { ADVISORY_LOCKS } from '@adlift/persistence';
import { dropOldSpans } from '../../../apps/experiments/src/trace/drop-old-spans';
import { spanOf } from '../../../apps/experiments/src/trace/span.fixture';
import { TraceBench } from './trace-bench';

const DAY_MS = 86_400_000;
/** Noon of today. */
const NOON = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2;

describe('the retention of spans', () => {
  let bench: TraceBench;
  let client: PoolClient;

  beforeEach(async () => {
    bench = await TraceBench.open();
    client = await bench.pool.connect();
    for (const daysAgo of [0, 1, 2, 3, 4, 9]) {
      const startNs = BigInt(NOON - DAY_MS / 3 - daysAgo * DAY_MS) * 1_000_000n;
      await bench.store(
        spanOf(`d${daysAgo}`, '', 0, 1, { startNs, traceId: `${daysAgo}`.repeat(32).replace(/^0/, '1') }),
      );
    }
  });
  afterEach(async () => {
    client.release();
    await bench.close();
  });

  const kept = async (): Promise<string[]> =>
    (await bench.rows<{ name: string }>('SELECT name FROM span ORDER BY name')).map(({ name }) => name);

  it('drops the days before the last three whole ones, and what the search knows of them', async () => {
    expect(await dropOldSpans(client, 3, NOON)).toHaveLength(2);
    expect(await kept()).toEqual(['d0', 'd1', 'd2', 'd3']);
    expect(await bench.rows('SELECT head_name AS name FROM trace ORDER BY 1')).toEqual([
      { name: 'd0' },
      { name: 'd1' },
      { name: 'd2' },
      { name: 'd3' },
    ]);
    expect(await dropOldSpans(client, 3, NOON)).toEqual([]);
  });

  it('is done by one process at a time', async () => {
    const [other] = [await bench.pool.connect()];
    await other.query('BEGIN');
    await other.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.spanRetention]);
    expect(await dropOldSpans(client, 3, NOON)).toEqual([]);
    await other.query('ROLLBACK');
    other.release();
    expect(await kept()).toHaveLength(6);
  });

  it('gives way to a reader that does not end, and leaves everything as it was', async () => {
    const reader = await bench.pool.connect();
    await reader.query('BEGIN');
    await reader.query('SELECT count(*) FROM span');
    await expect(dropOldSpans(client, 3, NOON)).rejects.toThrow('lock timeout');
    await reader.query('ROLLBACK');
    reader.release();
    expect(await kept()).toHaveLength(6);
    expect(await dropOldSpans(client, 3, NOON)).toHaveLength(2);
  });

  it('lets a writer that knew a dropped day make it again', async () => {
    const writer = bench.writer();
    const old = { startNs: BigInt(NOON - 5 * DAY_MS) * 1_000_000n };
    expect(await writer.write([spanOf('a', '', 0, 1, old)])).toEqual([true]);
    await dropOldSpans(client, 3, NOON);
    expect(await writer.write([spanOf('b', '', 0, 1, old)])).toEqual([true]);
    expect(await kept()).toContain('b');
  });
});
