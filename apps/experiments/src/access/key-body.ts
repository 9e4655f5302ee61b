import { z } from 'zod';
import { GRANTS } from '@adlift/access';

/** Names that the audit uses for what is no key. */
const TAKEN = ['anyone', 'page', 'adlift'];

/** Body of `POST /v1/keys`. */
export const newKey = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,62}$/, 'must be letters, digits, space and . _ @ -, at most 63')
    .refine((name) => !TAKEN.includes(name), `must not be ${TAKEN.join(', ')}`),
  grants: z
    .array(z.enum(GRANTS, `must be among ${GRANTS.join(', ')}`))
    .min(1, 'needs at least one grant')
    .max(GRANTS.length),
  /** Until when it is valid; by default until it is revoked. */
  expiresAt: z.iso
    .datetime({ offset: true, error: 'must be a time such as 2027-01-31T12:00:00Z' })
    .refine((text) => Date.parse(text) > Date.now(), 'must be in the future')
    .optional(),
});

export type NewKey = z.output<typeof newKey>;
