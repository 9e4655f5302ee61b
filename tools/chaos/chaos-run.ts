import { join } from 'node:path';
import { Client } from 'pg';
import { DEAD_LETTERS } from '@adlift/ledger';
import type { BrokerCluster } from '../broker/broker-cluster';
import { uniform } from '../market/random';
import { ChaosStack } from './chaos-stack';
import { checkStore, type StoreCheck } from './check-store';
import { BROKER_PLAN, PLAN } from './fault-plan';
import { fillDisk, type Fault, type FaultRecord } from './faults';
import { Producer } from './producer';
import { dropIdentities, sabotageArgs, type Sabotage } from './sabotage';
import { until } from './until';

export interface ChaosOptions {
  readonly kills: number;
  /** Events to be acknowledged at least. */
  readonly events: number;
  readonly seed: number;
  readonly sabotage: Sabotage | undefined;
  /** Where given, events go by way of it, and its nodes are struck too. */
  readonly cluster?: BrokerCluster | undefined;
  readonly log: (line: string) => void;
  readonly onProgress: (kills: number, acknowledged: number) => void;
}

export interface ChaosReport extends StoreCheck {
  readonly ok: boolean;
  /** Whether all that was on its way has arrived in the raw tables and in the kept sums. */
  readonly settled: boolean;
  readonly seed: number;
  readonly kills: number;
  /** Kills that found a transaction open that had written and could no longer commit. */
  readonly killsInsideTransaction: number;
  readonly refusedCalls: number;
  readonly fullDisk: 'tmpfs' | 'page cap';
  readonly seconds: number;
  readonly faults: readonly FaultRecord[];
}

/** Share of the kills that have to break a transaction: a run that seldom does proves little. */
const LEAST_INSIDE = 0.3;
const LONGEST_PAUSE_MS = 400;
/** Stream of the seed that pauses are drawn from. */
const PAUSES = 1;
const DRAIN_MS = 180_000;
/** A fold may stop for ever at an event that is there twice. */
const SABOTAGED_DRAIN_MS = 20_000;

/** Lets an ad server report events while things are killed, cut, locked and filled, and looks whether all is there. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { log, sabotage } = options;
  const began = Date.now();
  const stack = await ChaosStack.start({ predictorArgs: sabotageArgs(sabotage), cluster: options.cluster, log });
  let keep = true;
  let producer: Producer | undefined;
  try {
    if (sabotage === 'no-dedupe') await dropIdentities(stack);
    const acknowledged = join(stack.home, 'acknowledged');
    producer = new Producer({
      ...{ address: stack.grpcAddress, key: stack.key, tokenKeys: stack.tokenKeys, acknowledged, startMs: began },
    });
    const done = await rage(stack, producer, options);
    await producer.stop();
    const settled = await settle(stack, sabotage === undefined ? DRAIN_MS : SABOTAGED_DRAIN_MS).then(
      () => true,
      (error: Error) => {
        log(error.message);
        return false;
      },
    );
    const check = await checkStore(stack.databaseUrl, acknowledged);
    const inside = done.filter(({ transaction }) => transaction !== undefined).length;
    const struck =
      inside >= Math.floor(LEAST_INSIDE * options.kills) && done.every(({ failed }) => failed === undefined);
    const ok = settled && struck && check.missing === 0 && check.double === 0 && check.statisticsEqual;
    keep = !ok;
    if (keep) log(`logs and data are kept in ${stack.home}`);
    return {
      ...{ ok, settled, ...check, seed: options.seed, kills: done.filter(({ killed }) => killed).length },
      killsInsideTransaction: inside,
      ...{ refusedCalls: producer.refused, fullDisk: stack.disk.own ? 'tmpfs' : 'page cap' },
      ...{ seconds: Math.round((Date.now() - began) / 1000), faults: done },
    };
  } finally {
    producer?.end();
    await stack.stop(keep);
  }
}

async function rage(stack: ChaosStack, producer: Producer, options: ChaosOptions): Promise<FaultRecord[]> {
  const done: FaultRecord[] = [];
  const { kills, killsPerOther, others } = stack.broker === undefined ? PLAN : BROKER_PLAN;
  const strike = async (fault: Fault): Promise<void> => {
    done.push(await fault(stack, producer));
  };
  for (let kill = 0; kill < options.kills; kill++) {
    // Kills are spread over the events: each finds some that were acknowledged since the one before.
    const due = (options.events * (kill + 0.5)) / options.kills;
    await until(`event ${Math.round(due)} to be acknowledged`, () => {
      producer.check();
      return Promise.resolve(producer.acknowledged >= due);
    });
    await new Promise((resolve) => setTimeout(resolve, uniform(options.seed, PAUSES, kill) * LONGEST_PAUSE_MS));
    await strike(kills[kill % kills.length]);
    options.onProgress(kill + 1, producer.acknowledged);
    if (kill % killsPerOther !== killsPerOther - 2) continue;
    const other = others[Math.floor(kill / killsPerOther) % others.length];
    if (other !== fillDisk || stack.disk.own) await strike(other);
  }
  await until('the last events to be acknowledged', () => {
    producer.check();
    return Promise.resolve(producer.acknowledged >= options.events);
  });
  return done;
}

/**
 * Until the writers have acknowledged every message. Dead letters may stay: a writer that was killed between burying a
 * message and acknowledging it leaves a second copy.
 */
async function whenDrained(cluster: BrokerCluster, timeoutMs: number): Promise<void> {
  let waiting: string[] = [];
  await until(
    'the queues to be empty',
    async () => {
      const queues = await cluster.queues();
      const left = queues.filter(({ name, messages }) => name !== DEAD_LETTERS && messages !== 0);
      waiting = left.map(({ name, messages, leader }) => `${name} (leader ${leader}): ${messages}`);
      return waiting.length === 0;
    },
    timeoutMs,
  ).catch((error: Error) => {
    throw new Error(`${error.message}; left in ${waiting.join(', ')}`);
  });
}

/** Until nothing is on its way any more. */
async function settle(stack: ChaosStack, timeoutMs: number): Promise<void> {
  await until(
    'the spool to be empty',
    async () => {
      const { events, exposures } = await stack.ledger();
      return events + exposures === 0;
    },
    timeoutMs,
  );
  if (stack.broker !== undefined) await whenDrained(stack.broker.cluster, timeoutMs);
  const client = new Client({ connectionString: stack.databaseUrl });
  await client.connect();
  try {
    await until(
      'all deltas to be folded',
      async () => (await client.query('SELECT FROM event_delta LIMIT 1')).rowCount === 0,
      timeoutMs,
    );
  } finally {
    await client.end();
  }
}
