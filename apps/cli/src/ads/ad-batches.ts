import { readFile } from 'node:fs/promises';
import type { AdEntry } from '@adlift/client';
import { CliError } from '../cli-error';

/** As many ads, and as many bytes of them, as one call takes. */
const MAX_ADS = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** Ads that go into one call, and the lines of the file that they came from. */
export interface AdBatch {
  readonly ads: readonly AdEntry[];
  /** Line number of each ad, from 1. */
  readonly lines: readonly number[];
}

/** The ads of a file with one JSON object a line, in order. Throws CliError naming a line that is not JSON. */
export async function readAdBatches(file: string): Promise<AdBatch[]> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new CliError(`cannot read ${file}: ${error.message}`);
  });
  const batches: { ads: AdEntry[]; lines: number[] }[] = [];
  let bytes = Infinity;
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    let batch = batches.at(-1);
    if (batch === undefined || batch.ads.length === MAX_ADS || bytes > MAX_BYTES) {
      batch = { ads: [], lines: [] };
      batches.push(batch);
      bytes = 0;
    }
    bytes += Buffer.byteLength(line);
    batch.ads.push(parseLine(line, `${file}, line ${i + 1}`));
    batch.lines.push(i + 1);
  }
  if (batches.length === 0) throw new CliError(`${file} holds no ads`);
  return batches;
}

/** What is inside the object is the service's to judge. */
function parseLine(line: string, where: string): AdEntry {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as AdEntry;
  } catch (error) {
    throw new CliError(`${where} is not JSON: ${(error as Error).message}`);
  }
  throw new CliError(`${where} is not an object such as {"adId": "ad-17", "features": {"price": 9.5}}`);
}
