import { SingleBar } from 'cli-progress';
import { ApiError, type AdminApi, type CatalogueChange } from '@adlift/client';
import { CliError } from '../cli-error';
import { readAdBatches, type AdBatch } from './ad-batches';

/** What `adlift ads put` did. */
export interface PutSummary extends CatalogueChange {
  readonly ads: number;
}

/** Puts the file's ads into the catalogue, a batch a call. Throws CliError naming the line of the first wrong ad. */
export async function putAds(admin: AdminApi, file: string): Promise<PutSummary> {
  const batches = await readAdBatches(file);
  const total = batches.reduce((sum, { ads }) => sum + ads.length, 0);
  const bar = startBar(total);
  let summary: PutSummary = { catalogueVersion: 0, changed: 0, ads: 0 };
  try {
    for (const batch of batches) {
      const { catalogueVersion, changed } = await put(admin, file, batch, summary.ads);
      summary = { catalogueVersion, changed: summary.changed + changed, ads: summary.ads + batch.ads.length };
      bar?.update(summary.ads);
    }
  } finally {
    bar?.stop();
  }
  return summary;
}

async function put(admin: AdminApi, file: string, { ads, lines }: AdBatch, before: number): Promise<CatalogueChange> {
  try {
    return await admin.putAds(ads);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const [, index, problem] = /^ads\[(\d+)\]\.?(.*)$/s.exec(error.detail) ?? [];
    if (index === undefined) throw error;
    const stored = before === 0 ? 'nothing was stored' : `the ${before} ads before line ${lines[0]} were stored`;
    throw new CliError(`${file}, line ${lines[Number(index)]}: ${problem}; ${stored}`);
  }
}

function startBar(total: number): SingleBar | undefined {
  if (!process.stderr.isTTY) return undefined;
  const format = 'ads [{bar}] {percentage} % | {value} of {total} | {eta_formatted} left';
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true });
  bar.start(total, 0);
  return bar;
}
