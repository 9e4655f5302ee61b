import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Bench } from '../bench';
import { BenchStack } from '../harness/bench-stack';
import { conditions } from '../harness/conditions';
import { residentBytes } from '../harness/processor';
import { SecondPredictor } from '../harness/second-predictor';
import { EventLoad } from '../load/event-load';

const MOST_BYTES = 400 * 2 ** 20;
const LOOK_MS = 1000;

/** What takes, keeps and writes events, alone in a process, while PostgreSQL refuses it everything. One round. */
export const outage: Bench = {
  name: 'outage',
  goal: `event API, spool and writer at most ${MOST_BYTES / 2 ** 20} MB resident while as many events come as are taken and PostgreSQL is away for --minutes`,
  async run({ minutes, log }) {
    const stack = await BenchStack.startEmpty(log);
    const taker = await SecondPredictor.start(stack.stack, { ADLIFT_ROLES: 'events,writer', SPOOL_MAX_MB: '16384' });
    const events = await EventLoad.start(stack.stack, taker.grpcAddress);
    // Who is in a database cannot close it.
    const url = new URL(stack.stack.databaseUrl);
    const name = url.pathname.slice(1);
    url.pathname = '/postgres';
    const admin = new Client({ connectionString: url.href, application_name: 'outage' });
    await admin.connect();
    try {
      await events.run({ perSecond: 0, seconds: 10 });
      const beforeBytes = residentBytes(taker.pid);
      log(`${mb(beforeBytes)} MB resident; taking PostgreSQL away for ${minutes} minutes ...`);
      await allow(admin, name, false);
      let mostBytes = beforeBytes;
      const reporting = events.run({ perSecond: 0, seconds: minutes * 60 });
      const watching = new AbortController();
      const watch = (async (): Promise<void> => {
        for (let look = 1; !watching.signal.aborted; look++) {
          mostBytes = Math.max(mostBytes, residentBytes(taker.pid));
          if (look % 60 === 0) log(`  after ${look / 60} minutes at most ${mb(mostBytes)} MB resident`);
          await delay(LOOK_MS, undefined, { signal: watching.signal }).catch(() => undefined);
        }
      })();
      const result = await reporting;
      watching.abort();
      await watch;
      await allow(admin, name, true);
      return {
        name: 'outage',
        goal: this.goal,
        value: mostBytes / 2 ** 20,
        ok: mostBytes <= MOST_BYTES && result.taken > 0,
        rounds: 1,
        details: { minutes, beforeBytes, mostBytes, ...result, ...conditions(stack.model.onnx) },
      };
    } finally {
      await events.stop();
      await taker.stop();
      await admin.end();
      await stack.stop();
    }
  },
};

/** Lets new sessions of the database in or not, and ends those of ours that write. */
async function allow(admin: Client, database: string, allowed: boolean): Promise<void> {
  await admin.query(`ALTER DATABASE "${database}" ALLOW_CONNECTIONS ${allowed}`);
  if (allowed) return;
  await admin.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'adlift-%' AND pid <> pg_backend_pid()",
  );
}

function mb(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
