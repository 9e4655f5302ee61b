import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ledger } from '@adlift/ledger';
import { until } from '../chaos/until';
import type { BrokerCheck } from './broker-checks';
import type { BrokerCluster } from './broker-cluster';
import { pathEvents } from './path-events';

const NAME = 'a second writer gets its share of the queues';
const SHARDS = 4;
const SPOOL_BYTES = 64 << 20;
/** Events that each must have stored while both were there. */
const LEAST_EACH = 3000;
const EVENTS = 200_000;
const SHARE_MS = 60_000;

/** Lets a second writer come when a first has all queues, and looks whether both write in the end. */
export async function checkShare(cluster: BrokerCluster, databaseUrl: string): Promise<BrokerCheck> {
  const home = mkdtempSync(join(tmpdir(), 'adlift-broker-share-'));
  const consumed = [0, 0];
  const open = (file: string, writer?: number): Promise<Ledger> =>
    Ledger.open({
      ...{ file: join(home, file), maxBytes: SPOOL_BYTES, broker: { urls: cluster.urls, shards: SHARDS } },
      databaseUrl: writer === undefined ? undefined : databaseUrl,
      ...{ onStored: () => undefined, onAway: () => undefined, onThreadDied: () => undefined },
      onMoved: (notice) => {
        if (notice.type === 'consumed' && writer !== undefined) consumed[writer] += notice.records;
      },
    });
  const ledgers = [await open('publisher.db'), await open('first.db', 0)];
  try {
    const [publisher] = ledgers;
    const calls = pathEvents('share', EVENTS);
    const publishUntil = (what: string, condition: () => boolean): Promise<void> =>
      until(
        what,
        async () => {
          const call = calls.next();
          if (call.done !== true) await publisher.record(call.value, []);
          return condition();
        },
        SHARE_MS,
      );
    await publishUntil('the first writer to write', () => consumed[0] > LEAST_EACH);
    ledgers.push(await open('second.db', 1));
    await publishUntil('the second writer to have its share', () => consumed[1] > LEAST_EACH);
    const before = consumed[0];
    await publishUntil('the first writer to have kept its own', () => consumed[0] > before + LEAST_EACH);
    return { name: NAME, ok: true, detail: `${consumed[0]} and ${consumed[1]} events, at once` };
  } catch (error) {
    return { name: NAME, ok: false, detail: (error as Error).message };
  } finally {
    for (const ledger of ledgers) await ledger.close(0);
    rmSync(home, { recursive: true, force: true });
  }
}
