import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger, type BrokerOptions } from '@adlift/ledger';
import { until } from '../chaos/until';
import type { BrokerCluster } from './broker-cluster';
import { pathEvents } from './path-events';
import { withPostgres } from './path-postgres';

export interface ThroughputOptions {
  readonly cluster: BrokerCluster;
  readonly rounds: number;
  /** Events of one path in one round. */
  readonly events: number;
  readonly log: (line: string) => void;
}

export interface ThroughputResult {
  readonly name: 'broker';
  readonly goal: string;
  /** Events a second by way of the broker, against those of the direct path; the median of the rounds' ratios. */
  readonly value: number;
  readonly ok: boolean;
  readonly rounds: number;
  readonly details: {
    readonly events: number;
    /** Medians, events a second. */
    readonly direct: number;
    readonly brokered: number;
    readonly ratios: readonly number[];
  };
}

const LEAST = 0.5;
const SHARDS = 4;
const SPOOL_BYTES = 1 << 30;
const PATH_MS = 120_000;

/** How fast a full spool gets into PostgreSQL by way of three nodes of RabbitMQ, against straight: round by round. */
export async function measureThroughput(options: ThroughputOptions): Promise<ThroughputResult> {
  const { cluster, rounds, events, log } = options;
  return withPostgres(async (databaseUrl, home) => {
    const broker = { urls: cluster.urls, shards: SHARDS };
    const speed = (run: string, by?: BrokerOptions): Promise<number> =>
      timePath({ file: join(home, `${run}.db`), databaseUrl, events, run, broker: by });
    // The first of each makes partitions and queues.
    await speed('warm direct');
    await speed('warm brokered', broker);
    const direct: number[] = [];
    const brokered: number[] = [];
    for (let round = 0; round < rounds; round++) {
      direct.push(await speed(`direct ${round}`));
      brokered.push(await speed(`brokered ${round}`, broker));
      log(`round ${round + 1}: ${Math.round(direct[round])} events/s direct, ${Math.round(brokered[round])} brokered`);
    }
    const ratios = brokered.map((one, round) => one / direct[round]);
    const value = median(ratios);
    return {
      ...{ name: 'broker', goal: `spool to RabbitMQ to PostgreSQL against spool to PostgreSQL >= ${LEAST}` },
      ...{ value: rounded(value), ok: value >= LEAST, rounds },
      details: {
        ...{ events, direct: Math.round(median(direct)), brokered: Math.round(median(brokered)) },
        ratios: ratios.map(rounded),
      },
    };
  });
}

interface Path {
  readonly file: string;
  readonly databaseUrl: string;
  readonly events: number;
  readonly run: string;
  readonly broker: BrokerOptions | undefined;
}

/** Events a second from a spool that holds them all until the last is stored, and acknowledged where that is due. */
async function timePath({ file, databaseUrl, events, run, broker }: Path): Promise<number> {
  let arrived = 0;
  const ignored = { onAway: () => undefined, onThreadDied: () => undefined };
  const filling = await Ledger.open({
    ...{ file, maxBytes: SPOOL_BYTES, databaseUrl: undefined, onStored: () => undefined, ...ignored },
  });
  for (const some of pathEvents(run, events)) await filling.record(some, []);
  await filling.close(0);
  const began = performance.now();
  const moving = await Ledger.open({
    ...{ file, maxBytes: SPOOL_BYTES, databaseUrl, broker, ...ignored },
    onStored: ({ records, duplicates, conflicts, rejected }) => {
      if (duplicates + conflicts + rejected > 0) throw new Error('an event was there already, or was refused');
      if (broker === undefined) arrived += records;
    },
    onMoved: (notice) => {
      if (notice.type === 'consumed') arrived += notice.records;
    },
  });
  await until('all events to be stored', () => Promise.resolve(arrived >= events), PATH_MS);
  const seconds = (performance.now() - began) / 1000;
  await moving.close(0);
  rmSync(file, { force: true });
  return events / seconds;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
