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
/** Over HTTP, all metrics and all slices together. */
const ANSWER_MS = 1000;
const ANSWERS = 5;

/**
 * The sums of a report over all metrics, from what the fold has kept, against a join of the raw rows; and what the
 * experiments app answers over HTTP with all metrics of four arms and two hundred slices.
 */
export const report: Bench = {
  name: 'report',
  goal: `all metrics, no slices: 10 N impressions at most ${TIMES} times the time of N, at most ${SHARE} of the naive join on the raw rows, and under ${ANSWER_MS} ms over HTTP with 200 slices`,
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
      const answers = await answersOf(large, rounds, log);
      const answerMs = answers.reportMs + answers.slicesMs;
      return {
        name: 'report',
        goal: this.goal,
        value: growth,
        ok: growth <= TIMES && share <= SHARE && answerMs <= ANSWER_MS,
        rounds,
        details: {
          shareOfNaive: share,
          smallMs: median(all.map((one) => one.small)),
          largeMs: median(all.map((one) => one.large)),
          naiveMs: median(all.map((one) => one.naive)),
          ...answers,
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

/** Medians of the times of `GET report?metrics=all` and `GET slices?metrics=all`, and how much they hold. */
async function answersOf(
  database: ReportDatabase,
  rounds: number,
  log: (line: string) => void,
): Promise<{
  metrics: number;
  arms: number;
  slices: number;
  reportMs: number;
  slicesMs: number;
  countingMs: number[];
}> {
  const server = await database.serve();
  try {
    const { countingMs } = server;
    const [report, sliced] = [await server.report(), await server.slices()];
    const slices = sliced.dimensions.reduce((sum, dimension) => sum + dimension.slices.length, 0);
    const times: { report: number; slices: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      times.push({
        report: await medianMs(() => server.report(), ANSWERS),
        slices: await medianMs(() => server.slices(), ANSWERS),
      });
    }
    const reportMs = median(times.map((one) => one.report));
    const slicesMs = median(times.map((one) => one.slices));
    const arms = report.metrics[0]?.arms.length ?? 0;
    log(
      `over HTTP: ${report.metrics.length} metrics of ${arms} arms in ${reportMs.toFixed(1)} ms, ${slices} slices in ${slicesMs.toFixed(0)} ms`,
    );
    return { metrics: report.metrics.length, arms, slices, reportMs, slicesMs, countingMs };
  } finally {
    await server.stop();
  }
}

async function medianMs(read: () => Promise<unknown>, times: number): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await read();
    took.push(performance.now() - started);
  }
  return median(took);
}
