import { z } from 'zod';

/** Body of `POST /v1/webhooks`. */
export const newWebhook = z.strictObject({
  /** http or https, without a user name. */
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .max(2048, 'must have at most 2048 characters')
    .refine((url) => !URL.canParse(url) || (new URL(url).username === '' && new URL(url).password === ''), {
      message: 'must not hold a user name',
    }),
  /** Actions of the audit that are told, such as "experiment.start"; with * at the end, all that begin so. */
  actions: z
    .array(
      z
        .string()
        .regex(/^([a-z]+\.)?[a-z]*\*?$/, 'must be an action such as "experiment.start" or "experiment.*"')
        .min(1),
    )
    .min(1, 'needs at least one action')
    .max(20)
    .default(['experiment.*']),
});

export type NewWebhook = z.output<typeof newWebhook>;
