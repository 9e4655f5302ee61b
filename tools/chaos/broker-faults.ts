import { randomBytes } from 'node:crypto';
import { connect, type Channel } from 'amqplib';
import { DEAD_LETTERS, queueOf } from '@adlift/ledger';
import type { BrokerCluster } from '../broker/broker-cluster';
import type { BrokerGate } from './broker-gate';
import type { ChaosStack } from './chaos-stack';
import { acknowledgedMore, done, withAdmin, type Fault } from './faults';
import { until } from './until';

const QUEUE = queueOf('event', 0);

/** kill -9 of the node that leads a queue which is published to. It comes back once events went by way of the others. */
export const killBrokerLeader: Fault = async (stack, producer) => {
  const { cluster } = brokerOf(stack);
  await cluster.killLeaderOf(QUEUE);
  await acknowledgedMore(producer);
  await storedMore(stack);
  await cluster.mend();
  return done('kill leader', true);
};

/** kill -9 of every node. Events are acknowledged meanwhile; then the nodes come back. */
export const stopBroker: Fault = async (stack, producer) => {
  const { cluster } = brokerOf(stack);
  await cluster.killAll();
  await acknowledgedMore(producer);
  await cluster.mend();
  return done('stop broker', false);
};

/** kill -9 of the writer when it has committed and its acknowledgement has not reached the broker. */
export const killWriterBeforeItAcknowledges: Fault = async (stack) => {
  const { gate } = brokerOf(stack);
  gate.hold();
  await storedMore(stack);
  await stack.killApp('writer');
  gate.release();
  await stack.startApp('writer');
  return done('kill writer before it acknowledges', true);
};

/** Messages that nobody can read, among those that are published: they must end, bit for bit, as dead letters. */
export const sendUnreadable: Fault = async (stack) => {
  const { cluster } = brokerOf(stack);
  const connection = await connect(aliveUrl(cluster));
  try {
    const channel = await connection.createConfirmChannel();
    const bodies = [randomBytes(500), Buffer.alloc(0), Buffer.from('ASB1, one would think')];
    for (const body of bodies) channel.sendToQueue(QUEUE, body, { persistent: true });
    await channel.waitForConfirms();
    const found: Buffer[] = [];
    // There may be more than these: a copy of one that was buried before, by a writer that was killed at it.
    await until('what nobody can read to be among the dead letters, bit for bit', async () => {
      found.push(...(await deadLetters(channel)));
      return bodies.every((body) => found.some((one) => one.equals(body)));
    });
  } finally {
    await connection.close();
  }
  return done('send unreadable', false);
};

/** kill -9 of the predictor, and of its thread that publishes with it. */
export const killPublisher: Fault = async (stack) => {
  await stack.killApp('predictor');
  await stack.startApp('predictor');
  return done('kill publisher', true);
};

async function deadLetters(channel: Channel): Promise<Buffer[]> {
  const message = await channel.get(DEAD_LETTERS, { noAck: true });
  if (message === false) return [];
  const { headers } = message.properties;
  if (typeof headers?.['adlift-reason'] !== 'string' || headers['adlift-queue'] !== QUEUE)
    throw new Error('a dead letter does not say why it is one');
  return [message.content];
}

/** Until a transaction has committed that had not when this was called. */
async function storedMore(stack: ChaosStack): Promise<void> {
  await withAdmin(stack, async (admin) => {
    const stored = async (): Promise<number> =>
      Number((await admin.query<{ n: string }>('SELECT count(*) AS n FROM impression')).rows[0]?.n);
    const before = await stored();
    await until('the writer to commit', async () => (await stored()) > before);
  });
}

function aliveUrl({ nodes }: BrokerCluster): string {
  const node = nodes.find(({ running }) => running);
  if (node === undefined) throw new Error('no node of RabbitMQ runs');
  return node.url;
}

function brokerOf({ broker }: ChaosStack): { cluster: BrokerCluster; gate: BrokerGate } {
  if (broker === undefined) throw new Error('there is no broker');
  return broker;
}
