import { parentPort, workerData } from 'node:worker_threads';
import { historyMetrics } from './history-metric';
import { replayAa, type AaPlan } from './replay-aa';
import type { UnitHistory } from './unit-history';

const { history, plan } = workerData as { history: UnitHistory; plan: AaPlan };
parentPort?.postMessage(replayAa(historyMetrics(history), plan));
