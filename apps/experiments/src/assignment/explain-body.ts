import { z } from 'zod';
import { MAX_ID_BYTES } from '@adlift/wire';

/** Body of `POST /v1/assignments/explain`. */
export const explainBody = z.strictObject({
  experiment: z.string().min(1).max(63),
  /** As Predict takes it. */
  unitId: z
    .string()
    .min(1, 'must not be empty: without a unit there is no assignment')
    .refine((id) => Buffer.byteLength(id) <= MAX_ID_BYTES, `must have at most ${MAX_ID_BYTES} bytes`),
});
