import { parentPort, workerData } from 'node:worker_threads';
import { SpoolConsumer } from '@adlift/spool';
import { thisThreadGivesWay } from '@adlift/threads';
import { BrokerLink } from '../broker/broker-link';
import { BrokerSink } from '../broker/broker-sink';
import { QueueDrain } from '../broker/queue-drain';
import { LEDGER_STREAMS, type LedgerStream } from '../ledger-stream';
import { Drain } from './drain';
import { STORE_CONNECTIONS } from './pace';
import { PostgresSink } from './postgres-sink';
import type { WriterData, WriterNotice } from './writer-protocol';

// Nobody waits for it.
thisThreadGivesWay();
const ending = new AbortController();
const shared = {
  tell: (notice: WriterNotice): void => parentPort?.postMessage(notice),
  ending: ending.signal,
};

// Any message is the one to end.
parentPort?.once('message', () => ending.abort());

void run(workerData as WriterData).then(() => process.exit(0));

async function run(data: WriterData): Promise<void> {
  switch (data.way) {
    case 'store': {
      const consumer = new SpoolConsumer(data.spool);
      const { databaseUrl } = data;
      return each((stream) => {
        const connections = Array.from({ length: STORE_CONNECTIONS[stream] });
        const sinks = connections.map(() => new PostgresSink({ ...shared, stream, databaseUrl }));
        return new Drain({ ...shared, stream, consumer, sinks }).run();
      });
    }
    case 'publish': {
      const consumer = new SpoolConsumer(data.spool);
      const link = new BrokerLink(data.broker.urls, 'adlift-publisher');
      const { shards } = data.broker;
      await each((stream) => {
        const sinks = [new BrokerSink({ ...shared, stream, link, shards })];
        return new Drain({ ...shared, stream, consumer, sinks }).run();
      });
      return link.close();
    }
    case 'consume': {
      const link = new BrokerLink(data.broker.urls, 'adlift-writer');
      const { databaseUrl } = data;
      const { shards } = data.broker;
      await each((stream) => {
        const sink = new PostgresSink({ ...shared, stream, databaseUrl });
        return new QueueDrain({ ...shared, stream, link, shards, sink }).run();
      });
      return link.close();
    }
  }
}

async function each(move: (stream: LedgerStream) => Promise<void>): Promise<void> {
  await Promise.all(LEDGER_STREAMS.map(move));
}
