import { parentPort, workerData } from 'node:worker_threads';
import { SpoolConsumer } from '@adlift/spool';
import { thisThreadGivesWay } from '@adlift/threads';
import { LEDGER_STREAMS } from '../ledger-stream';
import { Drain } from './drain';
import type { WriterData, WriterNotice } from './writer-protocol';

// Nobody waits for it.
thisThreadGivesWay();
const { databaseUrl, spool } = workerData as WriterData;
const consumer = new SpoolConsumer(spool);
const ending = new AbortController();
const tell = (notice: WriterNotice): void => parentPort?.postMessage(notice);

// Any message is the one to end.
parentPort?.once('message', () => ending.abort());

const drains = LEDGER_STREAMS.map((stream) => {
  return new Drain({ stream, consumer, databaseUrl, tell, ending: ending.signal }).run();
});
void Promise.all(drains).then(() => process.exit(0));
