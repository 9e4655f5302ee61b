import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Client } from 'pg';
import { FOLD_LIMIT, foldDeltas } from '@adlift/ledger';
import type { FoldData, FoldRequest, FoldResult } from './fold-protocol';

/** As the experiments app folds. */
const IDLE_MS = 250;
const LOOK_MS = 100;

const AGE = `SELECT extract(epoch FROM clock_timestamp() - appended_at)::float8 AS age
  FROM event_delta ORDER BY id LIMIT 1`;

const { databaseUrl } = workerData as FoldData;
const folding = new Client({ connectionString: databaseUrl, application_name: 'bench fold' });
const watching = new Client({ connectionString: databaseUrl, application_name: 'bench watch' });

/** From 'begin' to the first fold that starts after 'finish' and leaves nothing. */
class Run {
  finishing = false;
  private done = false;
  private staleness = 0;

  async fold(): Promise<FoldResult> {
    const watched = this.watch();
    let deltas = 0;
    let busyMs = 0;
    while (!this.done) {
      const last = this.finishing;
      const started = performance.now();
      const folded = await foldDeltas(folding, FOLD_LIMIT);
      deltas += folded;
      if (folded > 0) busyMs += performance.now() - started;
      this.done = last && folded < FOLD_LIMIT;
      if (folded < FOLD_LIMIT && !this.finishing) await delay(IDLE_MS);
    }
    await watched;
    return { deltas, busyMs, staleness: this.staleness };
  }

  private async watch(): Promise<void> {
    while (!this.done) {
      const { rows } = await watching.query<{ age: number }>(AGE);
      this.staleness = Math.max(this.staleness, rows[0]?.age ?? 0);
      if (!this.done) await delay(this.finishing ? LOOK_MS / 10 : LOOK_MS);
    }
  }
}

async function main(): Promise<void> {
  await folding.connect();
  await watching.connect();
  let run = new Run();
  parentPort?.on('message', (request: FoldRequest) => {
    if (request === 'finish') run.finishing = true;
    else {
      run = new Run();
      void run.fold().then((result) => parentPort?.postMessage(result));
    }
  });
  parentPort?.postMessage('ready');
}

void main();
