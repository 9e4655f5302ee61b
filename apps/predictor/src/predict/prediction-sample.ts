import { murmur3 } from '@adlift/features';
import { uuidToBytes } from '@adlift/wire';

/** What predictions are drawn for, each by a hash of its own. */
const SEEDS = { shadow: 0x5ad0, log: 0x109 } as const;

/**
 * Whether the prediction is one of the share `rate`, 0 to 1, that is drawn for this. By its id alone (murmur3_x86_32
 * of the 16 bytes), so that every process draws the same ones, and a lower rate a part of what a higher one does.
 */
export function inSample(what: keyof typeof SEEDS, predictionId: string, rate: number): boolean {
  return rate >= 1 || murmur3(uuidToBytes(predictionId), SEEDS[what]) < rate * 2 ** 32;
}
