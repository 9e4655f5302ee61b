import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabase, startEmbeddedPostgres } from '../../tools/stack/embedded-postgres';
import { freePorts } from '../../tools/stack/free-ports';
import type { Bench } from '../bench';
import { machine } from '../harness/processor';
import { median } from '../harness/statistics';
import { ReportDatabase } from '../report/report-database';

const TIMES = 2;
const SHARE = 0.01;
const READS = 200;

/** The sums of a report over all metrics, from what the fold has kept, against a join of the raw rows. */
export const report: Bench = {
  name: 'report',
  goal: `all metrics, no slices: 10 N impressions at most ${TIMES} times the time of N, and at most ${SHARE} of the naive join on the raw rows`,
  async run({ rounds, impressions, log }) {
    const home = mkdtempSync(join(tmpdir(), 'adlift-bench-'));
    // The account that PostgreSQL runs as when we are root must be able to enter.
    chmodSync(home, 0o755);
    const [port = 0] = await freePorts(1);
    const postgres = await startEmbeddedPostgres({ home, port, password: randomBytes(12).toString('hex'), log });
    const databases: ReportDatabase[] = [];
    try {
      for (const times of [1, 10]) {
        const name = `report_${times}`;
        log(`filling ${impressions * times} impressions ...`);
        await ensureDatabase(postgres, name);
        const database = await ReportDatabase.fill(postgres.url(name), impressions * times);
        databases.push(database);
        log(`folded ${database.filled.deltas} deltas in ${database.filled.foldSeconds.toFixed(1)} s`);
        await database.check();
      }
      const [small, large] = databases as [ReportDatabase, ReportDatabase];
      const all: { small: number; large: number; naive: number }[] = [];
      for (let round = 0; round < rounds; round++) {
        const one = {
          small: await medianMs(() => small.report(), READS),
          large: await medianMs(() => large.report(), READS),
          naive: await medianMs(() => large.naive(), 1),
        };
        all.push(one);
        log(
          `round ${round + 1} of ${rounds}: ${one.small.toFixed(2)} ms of N, ${one.large.toFixed(2)} ms of 10 N, join ${one.naive.toFixed(0)} ms`,
        );
      }
      const growth = median(all.map((one) => one.large / one.small));
      const share = median(all.map((one) => one.large / one.naive));
      return {
        name: 'report',
        goal: this.goal,
        value: growth,
        ok: growth <= TIMES && share <= SHARE,
        rounds,
        details: {
          shareOfNaive: share,
          smallMs: median(all.map((one) => one.small)),
          largeMs: median(all.map((one) => one.large)),
          naiveMs: median(all.map((one) => one.naive)),
          databases: databases.map(({ impressions: n, filled }) => ({ impressions: n, ...filled })),
          machine: machine(),
        },
      };
    } finally {
      for (const database of databases) await database.close();
      await postgres.stop();
      rmSync(home, { recursive: true, force: true });
    }
  },
};

async function medianMs(read: () => Promise<unknown>, times: number): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await read();
    took.push(performance.now() - started);
  }
  return median(took);
}
