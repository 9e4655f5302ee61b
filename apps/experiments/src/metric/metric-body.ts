import { z } from 'zod';
import { MOMENT_SUMS, RATIO_SUMS } from '@adlift/ledger';

const NAME = /^[a-z][A-Za-z0-9]{0,62}$/;
const sum = z.enum(MOMENT_SUMS, `must be one of ${MOMENT_SUMS.join(', ')}`);

/** A metric as a design names it: the newest version, or one of its versions. */
export const metricName = z
  .string()
  .regex(/^[a-z][A-Za-z0-9]{0,62}(@[1-9][0-9]{0,5})?$/, 'must be a metric of GET /v1/metrics, such as rpm or rpm@1');

/** Body of `POST /v1/metrics`: a ratio where a denominator is given, else a mean per exposed unit, or a share of them. */
export const newMetric = z
  .strictObject({
    name: z.string().regex(NAME, 'must be letters and digits that begin with a small letter, at most 63'),
    kind: z.enum(['mean', 'ratio', 'share']).optional(),
    numerator: sum,
    denominator: sum.optional(),
    per: z.union([z.literal(1), z.literal(1000)], 'must be 1 or 1000').default(1),
    direction: z.enum(['up', 'down']),
    description: z.string().trim().min(1, 'must say what it is').max(500),
  })
  .transform((body) => ({ ...body, kind: body.kind ?? (body.denominator === undefined ? 'mean' : 'ratio') }))
  .superRefine(({ kind, numerator, denominator, per }, context) => {
    const wrong = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (kind === 'ratio' && denominator === undefined) wrong('denominator', 'is needed for a ratio');
    if (kind !== 'ratio' && denominator !== undefined) wrong('kind', 'must be ratio where there is a denominator');
    if (kind === 'share' && per !== 1) wrong('per', 'must be 1 for a share');
    if (denominator === undefined || kind !== 'ratio') return;
    if (RATIO_SUMS.some(([m, d]) => m === numerator && d === denominator)) return;
    const kept = RATIO_SUMS.filter(([m]) => m === numerator).map(([, d]) => d);
    wrong('denominator', kept.length === 0 ? `${numerator} has none` : `of ${numerator} must be ${kept.join(' or ')}`);
  });

export type NewMetric = z.output<typeof newMetric>;

/** Query of reports and slices: `metrics=all` shows all that there are. */
export const shownMetrics = z.enum(['design', 'all'], 'must be design or all').default('design');
