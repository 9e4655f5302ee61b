import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { threadEntry } from '@adlift/threads';

/** What the thread that exports is given. */
export interface ExportData {
  readonly databaseUrl: string;
  readonly table: string;
  readonly file: string;
}

/**
 * Where the rows of a table of one day ("YYYY-MM-DD") go below `folder`, in the layout that query engines read by day.
 * `partition` is the oid of the partition: rows that come after theirs was dropped are in another one, and must not
 * take the place of what was exported before.
 */
export function exportFile(folder: string, table: string, day: string, partition: string): string {
  return join(folder, table, `day=${day}`, `${table}-${partition}.parquet`);
}

/** Writes a table into a Parquet file in a thread of its own. Resolves with the number of rows; no file when there are none. */
export function exportTable(data: ExportData, signal: AbortSignal): Promise<number> {
  const { filename, execArgv } = threadEntry(__dirname, 'export-thread');
  const worker = new Worker(filename, { execArgv, workerData: data });
  const abort = (): void => void worker.terminate();
  signal.addEventListener('abort', abort, { once: true });
  return new Promise<number>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the export of ${data.table} ended with code ${code}`)));
  }).finally(() => signal.removeEventListener('abort', abort));
}
