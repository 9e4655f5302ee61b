import { parentPort, workerData } from 'node:worker_threads';
import { HeardClient } from '@adlift/persistence';
import { exportPartition } from './export-partition';
import type { ExportData } from './exporter';

const { databaseUrl, table, file } = workerData as ExportData;

async function run(): Promise<number> {
  const client = new HeardClient({ connectionString: databaseUrl, application_name: 'adlift-export' });
  await client.connect();
  try {
    return await exportPartition(client, table, file);
  } finally {
    await client.end();
  }
}

// An error ends the thread, and whoever started it is told.
void run().then((rows) => parentPort?.postMessage(rows));
