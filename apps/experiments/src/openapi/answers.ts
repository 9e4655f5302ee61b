import { z } from 'zod';
import type {
  AssignmentExplanation,
  AuditPage,
  ExperimentPage,
  ExperimentView,
  HoldoutView,
  KeyView,
  MadeKey,
  MadeWebhook,
  MetricView,
  PhaseView,
  RevisionView,
  ValidationView,
  WebhookView,
} from '@adlift/client';
import { experimentDesign } from '../experiment/experiment-design';
import { MOMENT_SUMS } from '@adlift/ledger';
import { EXPERIMENT_STATES } from '../experiment/experiment-state';

const time = z.iso.datetime();
const design = experimentDesign.meta({ id: 'Design', description: 'What an experiment is; frozen at its start' });

/** The schemas of answers, so that the document says what is served; the compiler holds them to the client's types. */
export const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().describe('stable, listed in docs/errors.md'),
    detail: z.string(),
    field: z.string().optional().describe('path of the field that is at fault'),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });

const differences = z.array(z.strictObject({ field: z.string(), expected: z.unknown(), found: z.unknown() }));
const flagSync = z
  .strictObject({ state: z.enum(['pending', 'failing', 'applied']), since: time, error: z.string().optional() })
  .nullable()
  .describe('whether Unleash has been told; null where there is no flag');

export const holdoutAnswer = z.strictObject({
  percent: z.int(),
  reason: z.string(),
  changedBy: z.string().nullable(),
  changedAt: time.nullable(),
  flag: flagSync,
  differences: differences.describe('what was changed in Unleash by hand'),
}) satisfies z.ZodType<HoldoutView>;

export const experimentAnswer = z
  .strictObject({
    key: z.string(),
    description: z.string(),
    source: z.enum(['flag', 'import']),
    state: z.enum(EXPERIMENT_STATES),
    stateReason: z.string().describe('why it is in its state, or what hinders it'),
    design,
    designHash: z.string().nullable().describe('"sha256:" and hex, from the start on'),
    amended: design.nullable().describe('the design in force where amendments changed it'),
    schedule: z.strictObject({
      startAt: time.optional(),
      stopAt: time.optional(),
      stopOnPower: z.boolean(),
      ramp: z
        .strictObject({
          steps: z.array(z.strictObject({ rollout: z.int(), holdMinutes: z.number() })),
          rollback: z.boolean(),
        })
        .optional(),
    }),
    revision: z.int().describe('counts every change; the ETag'),
    changedBy: z.string(),
    phase: z.int().describe('0 until the start'),
    rollout: z.int().nullable().describe('percent of all units at present'),
    rampStep: z.int(),
    steppedAt: time.nullable(),
    drift: z
      .strictObject({
        since: time,
        differences,
      })
      .nullable()
      .describe('what Unleash was found to say otherwise than it was told'),
    flag: flagSync,
    createdAt: time,
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    concludedAt: time.nullable(),
    drainUntil: time.nullable(),
    actions: z.array(z.string()).describe('steps that its state allows'),
    approvals: z
      .array(z.strictObject({ approver: z.string(), maxRollout: z.int(), reason: z.string(), approvedAt: time }))
      .optional(),
    dryRun: z.literal(true).optional(),
    unleashCalls: z
      .array(z.strictObject({ method: z.string(), path: z.string(), body: z.unknown().optional() }))
      .optional(),
  })
  .meta({ id: 'Experiment' }) satisfies z.ZodType<ExperimentView>;

export const experimentPageAnswer = z.strictObject({
  experiments: z.array(experimentAnswer),
  nextCursor: z.string().nullable(),
}) satisfies z.ZodType<ExperimentPage>;

export const phasesAnswer = z.strictObject({
  phases: z.array(
    z.strictObject({
      experiment: z.string(),
      phase: z.int(),
      weights: z.record(z.string(), z.number()),
      models: z.record(z.string(), z.strictObject({ ctr: z.string(), cvr: z.string().exactOptional() })),
      reason: z.string(),
      openedAt: time,
      closedAt: time.nullable(),
      closedReason: z.string(),
    }),
  ),
}) satisfies z.ZodType<{ phases: PhaseView[] }>;

export const revisionsAnswer = z.strictObject({
  revisions: z.array(
    z.strictObject({
      revision: z.int(),
      at: time,
      author: z.string(),
      action: z.string(),
      reason: z.string(),
      before: z.record(z.string(), z.unknown()),
      after: z.record(z.string(), z.unknown()),
    }),
  ),
}) satisfies z.ZodType<{ revisions: RevisionView[] }>;

export const validationAnswer = z.strictObject({
  valid: z.literal(true),
  designHash: z.string(),
  approvalNeeded: z.boolean(),
  flag: z.unknown(),
}) satisfies z.ZodType<ValidationView>;

const key = {
  id: z.uuid(),
  name: z.string(),
  grants: z.array(z.string()),
  createdAt: time,
  createdBy: z.string(),
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  revokedBy: z.string().nullable(),
};
export const keyAnswer = z.strictObject(key).meta({ id: 'Key' }) satisfies z.ZodType<KeyView>;
export const keysAnswer = z.strictObject({ keys: z.array(keyAnswer) });
export const madeKeyAnswer = z.strictObject({
  ...key,
  key: z.string().describe('shown this once'),
}) satisfies z.ZodType<MadeKey>;

const webhook = {
  id: z.uuid(),
  url: z.string(),
  actions: z.array(z.string()),
  createdAt: time,
  createdBy: z.string(),
  waiting: z.int().describe('deliveries that are still tried'),
  lastError: z.string().nullable(),
};
export const webhooksAnswer = z.strictObject({
  webhooks: z.array(z.strictObject(webhook)),
}) satisfies z.ZodType<{ webhooks: WebhookView[] }>;
export const madeWebhookAnswer = z.strictObject({
  ...webhook,
  secret: z.string().describe('shown this once'),
}) satisfies z.ZodType<MadeWebhook>;

export const auditAnswer = z.strictObject({
  entries: z.array(
    z.strictObject({
      id: z.string(),
      at: time,
      actor: z.string(),
      action: z.string(),
      subject: z.string(),
      before: z.unknown(),
      after: z.unknown(),
    }),
  ),
  nextCursor: z.string().nullable(),
}) satisfies z.ZodType<AuditPage>;

export const metricAnswer = z
  .strictObject({
    name: z.string(),
    version: z.int().describe('a version never changes'),
    kind: z.enum(['mean', 'ratio', 'share']).describe('per exposed unit, a total over a total, share of exposed units'),
    numerator: z.enum(MOMENT_SUMS),
    denominator: z.enum(MOMENT_SUMS).nullable(),
    per: z.int(),
    scale: z.number().describe('from what the sums are kept in to what is shown'),
    unit: z.enum(['rate', 'count', 'money']),
    direction: z.enum(['up', 'down']).describe('where better is'),
    description: z.string(),
  })
  .meta({ id: 'Metric' }) satisfies z.ZodType<MetricView>;
export const metricsAnswer = z.strictObject({ metrics: z.array(metricAnswer) });

const hashed = { hashInput: z.string(), seed: z.int(), hash: z.int() };
export const explanationAnswer = z.strictObject({
  experiment: z.string(),
  unitId: z.string(),
  revision: z.int(),
  phase: z.int(),
  applied: z.boolean().describe('whether Unleash says what it was told'),
  enabled: z.boolean(),
  holdout: z
    .strictObject({
      ...{ hashInput: z.string(), hash: z.number(), bucket: z.int() },
      percent: z.number(),
      heldOut: z.boolean(),
    })
    .nullable(),
  layer: z
    .strictObject({
      ...{ name: z.string(), hashInput: z.string(), hash: z.number(), slot: z.int() },
      slots: z.array(z.strictObject({ from: z.int(), to: z.int() })),
      inSlots: z.boolean(),
    })
    .nullable(),
  strategy: z.strictObject({
    name: z.string(),
    ...hashed,
    bucket: z.int(),
    rollout: z.number(),
    inRollout: z.boolean(),
  }),
  variants: z.strictObject({
    ...hashed,
    point: z.int(),
    ranges: z.array(z.strictObject({ name: z.string(), from: z.int(), to: z.int() })),
  }),
  variant: z.string().nullable(),
}) satisfies z.ZodType<AssignmentExplanation>;
