import { z } from 'zod';
import { keyCursor, pageLimit } from '../paging/page-query';
import { experimentDesign, modelReference, variantWeight } from './experiment-design';
import { experimentSchedule } from './experiment-schedule';
import { EXPERIMENT_STATES } from './experiment-state';

const experimentKey = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and -, at most 63');
const description = z.string().max(2000);
const reason = z.string().max(2000).default('');
const rollout = z.int().min(1).max(100);

/** What a draft consists of. */
const draft = {
  description: description.default(''),
  design: experimentDesign,
  schedule: experimentSchedule.default({ stopOnPower: false }),
};

function rampEndsAtRollout(
  { design, schedule }: { design?: z.output<typeof experimentDesign>; schedule?: z.output<typeof experimentSchedule> },
  context: z.RefinementCtx,
): void {
  const last = schedule?.ramp?.steps.at(-1)?.rollout;
  if (design === undefined || last === undefined || last === design.rollout) return;
  const message = `must end at the design's rollout of ${design.rollout} %, ends at ${last} %`;
  context.addIssue({ code: 'custom', path: ['schedule', 'ramp', 'steps'], message });
}

/** Body of `POST /v1/experiments` and `POST /v1/experiments/validate`. */
export const newExperiment = z
  .strictObject({
    key: experimentKey,
    /** `import`: traffic that another system split; no flag is made. */
    source: z.enum(['flag', 'import']).default('flag'),
    ...draft,
  })
  .superRefine(rampEndsAtRollout);

/** Body of `PUT /v1/experiments/:key`: all that a draft consists of. */
export const replacedExperiment = z.strictObject(draft).superRefine(rampEndsAtRollout);

/** Body of `PATCH /v1/experiments/:key`: what is given takes the place of what was there, as a whole. */
export const patchedExperiment = z
  .strictObject({
    description: description.optional(),
    design: experimentDesign.optional(),
    schedule: experimentSchedule.optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'needs description, design or schedule');

/** Body of `POST /v1/experiments/:key/clone`. */
export const cloneBody = z.strictObject({ key: experimentKey, description: description.optional() });

/** Body of `POST /v1/experiments/:key/approve`. */
export const approvalBody = z.strictObject({
  reason,
  /** Percent of all units that are agreed to; by default those of the design. */
  maxRollout: rollout.optional(),
});

/** Body of steps that need none: why it is done. */
export const reasonBody = z.strictObject({ reason });

/** Body of `POST /v1/experiments/:key/schedule`. */
export const scheduleBody = z.strictObject({
  reason,
  /** By default the design's own. */
  startAt: z.iso.datetime({ offset: true, error: 'must be a time such as 2026-12-01T08:00:00Z' }).optional(),
});

/** Body of `POST /v1/experiments/:key/ramp`. */
export const rampBody = z.strictObject({ reason, rollout });

const variantChange = z
  .strictObject({
    weight: variantWeight.optional(),
    ctr: modelReference.optional(),
    cvr: modelReference.optional(),
    explore: z.number().min(0).max(1).optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'changes nothing');

/** Body of `POST /v1/experiments/:key/amend`. Weights and models open a new phase. */
export const amendmentBody = z
  .strictObject({
    reason: z.string().min(1, 'must say why').max(2000),
    description: description.optional(),
    schedule: experimentSchedule.optional(),
    variants: z.record(z.string(), variantChange).optional(),
  })
  .refine(({ reason: _, ...changes }) => Object.keys(changes).length > 0, 'amends nothing');

const flag = z
  .enum(['true', 'false'], 'must be true or false')
  .default('false')
  .transform((text) => text === 'true');

/** Query of steps: with `dryRun` nothing is done; the answer says what would be, and which calls Unleash would get. */
export const stepQuery = z.object({ dryRun: flag });

/** Query of `POST /v1/experiments/:key/start`; `force` starts also when no predictor is live. */
export const startQuery = z.object({ dryRun: flag, force: flag });

/** Query of `GET /v1/experiments`; archived ones are listed only when they are asked for. */
export const listQuery = z.object({
  state: z.enum(EXPERIMENT_STATES, `must be one of ${EXPERIMENT_STATES.join(', ')}`).optional(),
  limit: pageLimit,
  cursor: keyCursor.optional(),
});

export type NewExperiment = z.output<typeof newExperiment>;
export type ApprovalBody = z.output<typeof approvalBody>;
export type AmendmentBody = z.output<typeof amendmentBody>;
export type PatchedExperiment = z.output<typeof patchedExperiment>;
export type ListQuery = z.output<typeof listQuery>;
