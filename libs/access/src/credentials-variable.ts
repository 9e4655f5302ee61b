import { z } from 'zod';
import { GRANTS } from './grant';

const SHAPE = `must be JSON: [{"name", "key" or "keys", "grants": [${GRANTS.map((grant) => `"${grant}"`).join(' | ')}]}]; a key is 16 characters or more, or "sha256:" and 64 hex digits`;

const HASHED = /^sha256:[0-9a-f]{64}$/;
const key = z.string().refine((text) => (text.startsWith('sha256:') ? HASHED.test(text) : text.length >= 16));

const credential = z
  .strictObject({
    name: z.string().min(1),
    key: key.optional(),
    /** Several keys are valid at once while one is being replaced. */
    keys: z.array(key).default([]),
    grants: z.array(z.enum(GRANTS)),
  })
  .transform(({ name, key: one, keys, grants }) => ({ name, grants, keys: one === undefined ? keys : [one, ...keys] }))
  .refine(({ keys }) => keys.length > 0);

/** A caller: its keys, plain or as "sha256:HEX", and what they allow. */
export type Credential = z.infer<typeof credential>;

/** `ADLIFT_CREDENTIALS`, none by default. */
export const credentialsVariable = z
  .string()
  .default('[]')
  .transform((text, context): readonly Credential[] => {
    try {
      return z.array(credential).parse(JSON.parse(text));
    } catch {
      context.addIssue(SHAPE);
      return z.NEVER;
    }
  });

/** `ADLIFT_OPEN_ACCESS`, false by default. */
export const openAccessVariable = z
  .enum(['true', 'false'], 'must be true or false')
  .default('false')
  .transform((text) => text === 'true');

/** Adds an issue when nobody could come in, and nobody said that everybody may. */
export function requireCredentials(
  env: { readonly ADLIFT_CREDENTIALS: readonly Credential[]; readonly ADLIFT_OPEN_ACCESS: boolean },
  context: z.RefinementCtx,
): void {
  if (env.ADLIFT_CREDENTIALS.length > 0 || env.ADLIFT_OPEN_ACCESS) return;
  context.addIssue({
    code: 'custom',
    path: ['ADLIFT_CREDENTIALS'],
    message: 'must name who may call; ADLIFT_OPEN_ACCESS=true lets everybody in',
  });
}
