import { murmur3OfCodeUnits } from './murmur3';

/** A variant of a flag's strategy, in the order in which the flag service has them. */
export interface WeightedVariant {
  readonly name: string;
  readonly weight: number;
}

/** What of a flag decides about a unit. */
export interface SplitRule {
  readonly groupId: string;
  /** Percent of all units. */
  readonly rollout: number;
  readonly variants: readonly WeightedVariant[];
}

/** Every step from a unit to its variant. */
export interface ExplainedSplit {
  /** What both hashes are of. */
  readonly hashInput: string;
  readonly rolloutHash: number;
  /** 1 to 100. */
  readonly bucket: number;
  readonly inRollout: boolean;
  readonly variantHash: number;
  /** 1 to the sum of the weights; 0 where that is 0. */
  readonly point: number;
  /** The points of each variant with a weight. */
  readonly ranges: readonly { readonly name: string; readonly from: number; readonly to: number }[];
  /** Undefined outside the rollout. */
  readonly variant: string | undefined;
}

export const ROLLOUT_SEED = 0;
export const VARIANT_SEED = 86_028_157;
const BUCKETS = 100;

/**
 * Where Unleash's flexibleRollout strategy puts a unit, computed as its client does: murmur3 (x86, 32 bits) of
 * `groupId:unit`, modulo 100 for the rollout and, with another seed, modulo the sum of the weights for the variant.
 */
export function explainSplit({ groupId, rollout, variants }: SplitRule, unitId: string): ExplainedSplit {
  const hashInput = `${groupId}:${unitId}`;
  const rolloutHash = murmur3OfCodeUnits(hashInput, ROLLOUT_SEED);
  const variantHash = murmur3OfCodeUnits(hashInput, VARIANT_SEED);
  const bucket = (rolloutHash % BUCKETS) + 1;
  let total = 0;
  const ranges = variants
    .filter(({ weight }) => weight > 0)
    .map(({ name, weight }) => ({ name, from: total + 1, to: (total += weight) }));
  const point = total === 0 ? 0 : (variantHash % total) + 1;
  const inRollout = rollout > 0 && bucket <= rollout;
  const variant = inRollout ? ranges.find(({ to }) => point <= to)?.name : undefined;
  return { hashInput, rolloutHash, bucket, inRollout, variantHash, point, ranges, variant };
}
