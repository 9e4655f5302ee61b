import { z } from 'zod';
import type { ServingPolicy } from '@adlift/client';

/** A label's name. */
export const LABEL = /^[a-z][a-z0-9-]{0,30}$/;

/** In force for every model name that has no policy of its own. */
export const DEFAULT_POLICY: ServingPolicy = { labels: ['champion', 'challenger'] };

const FORMS = ['latest', 'specific', 'labels'] as const;

/** Body of `PUT /v1/models/:name/policy`. */
export const newPolicy = z.strictObject({
  policy: z
    .strictObject({
      latest: z.strictObject({ versions: z.int().min(1).max(20) }).optional(),
      specific: z.strictObject({ versions: z.array(z.string().min(1)).min(1).max(20) }).optional(),
      labels: z.array(z.string().regex(LABEL, 'must be lower-case letters, digits and -')).max(20).optional(),
    })
    .refine((policy) => FORMS.filter((form) => policy[form] !== undefined).length === 1, {
      error: 'must have exactly one of latest, specific and labels',
    }),
});

/** Why the policy selects a version, or undefined; `age` is 0 for the newest version of the name. */
export function selectedBy(
  { latest, specific, labels }: ServingPolicy,
  version: { readonly version: string; readonly labels: readonly string[] },
  age: number,
): string | undefined {
  if (latest !== undefined && age < latest.versions) return `policy: latest ${latest.versions}`;
  if (specific?.versions.includes(version.version) === true) return 'policy: specific version';
  const label = labels?.find((one) => version.labels.includes(one));
  return label === undefined ? undefined : `policy: label ${label}`;
}
