import type { CrossSums } from '@adlift/statistics';
import type { CountedCovariates } from './covariate-store';

interface StoredSums {
  readonly units: string;
  readonly sums: readonly string[];
  readonly products: readonly string[];
}

/** What was counted, as JSON: exact integers as text, which JSON does not round. */
export type StoredCovariates = Omit<CountedCovariates, 'arms'> & {
  readonly arms: Readonly<Record<string, StoredSums>>;
};

export function storeCovariates({ arms, ...rest }: CountedCovariates): StoredCovariates {
  return { ...rest, arms: Object.fromEntries(Array.from(arms, ([variant, sums]) => [variant, storeSums(sums)])) };
}

export function restoreCovariates({ arms, ...rest }: StoredCovariates): CountedCovariates {
  const restored = Object.entries(arms).map(([variant, sums]): [string, CrossSums] => [variant, restoreSums(sums)]);
  return { ...rest, arms: new Map(restored) };
}

function storeSums({ units, sums, products }: CrossSums): StoredSums {
  return { units: String(units), sums: sums.map(String), products: products.map(String) };
}

function restoreSums({ units, sums, products }: StoredSums): CrossSums {
  return { units: BigInt(units), sums: sums.map(BigInt), products: products.map(BigInt) };
}
