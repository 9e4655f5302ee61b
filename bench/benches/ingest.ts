import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDatabase, startEmbeddedPostgres } from '../../tools/stack/embedded-postgres';
import { freePorts } from '../../tools/stack/free-ports';
import type { Bench } from '../bench';
import { machine, pinToLoadCore, useAllProcessors } from '../harness/processor';
import { median } from '../harness/statistics';
import { IngestContest, type IngestRound } from '../ingest/ingest-contest';

const WRITER = 0.6;
const FOLDED = 0.4;
const STALENESS = 5;
const INSERTS = 8;

/** Events from the first report to PostgreSQL, and on into the kept statistics, against a bare COPY of the same rows. */
export const ingest: Bench = {
  name: 'ingest',
  goal: `events durable in PostgreSQL: at least ${WRITER} of raw COPY and ${INSERTS} times single INSERTs; folded too, at least ${FOLDED} and at most ${STALENESS} s behind`,
  async run({ rounds, events, log }) {
    const home = mkdtempSync(join(tmpdir(), 'adlift-bench-'));
    // The account that PostgreSQL runs as when we are root must be able to enter.
    chmodSync(home, 0o755);
    // There is no load to keep apart: every contestant may have all there is.
    useAllProcessors();
    const [port = 0] = await freePorts(1);
    const postgres = await startEmbeddedPostgres({ home, port, password: randomBytes(12).toString('hex'), log });
    let contest: IngestContest | undefined;
    try {
      await ensureDatabase(postgres, 'ingest');
      contest = await IngestContest.prepare(postgres.url('ingest'), home, events);
      const all: IngestRound[] = [];
      for (let round = 0; round < rounds; round++) {
        const one = await contest.round();
        all.push(one);
        log(
          `round ${round + 1} of ${rounds}: raw ${one.raw.toFixed(0)}, writer ${one.writer.toFixed(0)}, ` +
            `with fold ${one.folded.toFixed(0)} (${one.staleness.toFixed(1)} s behind), INSERTs ${one.inserts.toFixed(0)} events/s`,
        );
      }
      const of = (figure: (one: IngestRound) => number): number => median(all.map(figure));
      const value = of((one) => one.writer / one.raw);
      const foldedShare = of((one) => one.folded / one.raw);
      const staleness = of((one) => one.staleness);
      const timesInserts = of((one) => one.writer / one.inserts);
      return {
        name: 'ingest',
        goal: this.goal,
        value,
        ok: value >= WRITER && foldedShare >= FOLDED && staleness <= STALENESS && timesInserts >= INSERTS,
        rounds,
        details: {
          ...{ writerShare: value, foldedShare, stalenessSeconds: staleness, timesInserts },
          worstStalenessSeconds: Math.max(...all.map((one) => one.staleness)),
          rawPerSecond: of((one) => one.raw),
          writerPerSecond: of((one) => one.writer),
          foldedPerSecond: of((one) => one.folded),
          insertsPerSecond: of((one) => one.inserts),
          deltas: of((one) => one.deltas),
          foldBusySeconds: of((one) => one.foldBusySeconds),
          traffic: contest.size,
          machine: machine(),
        },
      };
    } finally {
      await contest?.close();
      await postgres.stop();
      rmSync(home, { recursive: true, force: true });
      pinToLoadCore();
    }
  },
};
