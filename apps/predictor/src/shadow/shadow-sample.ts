import { murmur3 } from '@adlift/features';
import { uuidToBytes } from '@adlift/wire';

/** Keeps this sample apart from others that are drawn by a hash of the prediction id. */
const SEED = 0x5ad0;

/**
 * Whether the prediction is one of the share `rate` that shadows score. By the prediction id alone, so that of two
 * shadows the one with the lower rate scores a part of what the other does.
 */
export function inShadowSample(predictionId: string, rate: number): boolean {
  return murmur3(uuidToBytes(predictionId), SEED) < rate * 2 ** 32;
}
