import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Client } from 'pg';
import { findWaiting, FOLD_LIMIT, foldInMs, foldWaiting, lookInMs } from '@adlift/ledger';
import type { FoldData, FoldRequest, FoldResult } from './fold-protocol';

const LOOK_MS = 100;

const AGE = `SELECT extract(epoch FROM clock_timestamp() - appended_at)::float8 AS age
  FROM event_delta ORDER BY id LIMIT 1`;

const { databaseUrl } = workerData as FoldData;
const folding = new Client({ connectionString: databaseUrl, application_name: 'bench fold' });
const beside = new Client({ connectionString: databaseUrl, application_name: 'bench fold' });
const watching = new Client({ connectionString: databaseUrl, application_name: 'bench watch' });

/** From 'begin' to the first fold that starts after 'finish' and leaves nothing, as the experiments app folds. */
class Run {
  private readonly finishing = new AbortController();
  private done = false;
  private staleness = 0;

  async fold(): Promise<FoldResult> {
    const watched = this.watch();
    let deltas = 0;
    let busyMs = 0;
    while (!this.done) {
      const last = this.finishing.signal.aborted;
      const waiting = await findWaiting(folding);
      const waitMs = foldInMs(waiting);
      if (waitMs > 0 && !last) {
        await this.pause(waitMs);
        continue;
      }
      const started = performance.now();
      const folded = await foldWaiting([folding, beside], FOLD_LIMIT, waiting);
      deltas += folded.deltas;
      if (folded.deltas > 0) busyMs += performance.now() - started;
      this.done = last && !folded.more;
      await this.pause(lookInMs(folded));
    }
    await watched;
    return { deltas, busyMs, staleness: this.staleness };
  }

  /** Nothing comes any more. */
  finish(): void {
    this.finishing.abort();
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.finishing.signal }).catch(() => undefined);
  }

  private async watch(): Promise<void> {
    while (!this.done) {
      const { rows } = await watching.query<{ age: number }>(AGE);
      this.staleness = Math.max(this.staleness, rows[0]?.age ?? 0);
      if (!this.done) await delay(this.finishing.signal.aborted ? LOOK_MS / 10 : LOOK_MS);
    }
  }
}

async function main(): Promise<void> {
  await folding.connect();
  await beside.connect();
  await watching.connect();
  let run = new Run();
  parentPort?.on('message', (request: FoldRequest) => {
    if (request === 'finish') run.finish();
    else {
      run = new Run();
      void run.fold().then((result) => parentPort?.postMessage(result));
    }
  });
  parentPort?.postMessage('ready');
}

void main();
