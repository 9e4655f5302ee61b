import { InvalidArgumentError } from 'commander';
import type { ServingPolicy } from '@adlift/client';

/** Options of `adlift model policy`; at most one is given. */
export interface PolicyOptions {
  readonly latest?: number;
  readonly versions?: string;
  readonly labels?: string;
  readonly default: boolean;
}

/** The policy that the options describe; undefined for none, and for the default. */
export function policyOf({ latest, versions, labels }: PolicyOptions): ServingPolicy | undefined {
  if (latest !== undefined) return { latest: { versions: latest } };
  if (versions !== undefined) return { specific: { versions: listed(versions) } };
  return labels === undefined ? undefined : { labels: listed(labels) };
}

/** A number of versions. Throws InvalidArgumentError. */
export function versionCount(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('must be a whole number from 1');
  return value;
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
