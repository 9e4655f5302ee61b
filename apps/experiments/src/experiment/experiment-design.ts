import { z } from 'zod';
import { COVARIATE_DAYS } from '../cuped/covariate-days';
import { layerDesign } from '../layer/layer-slots';
import { nameOf, namedMetrics } from '../metric/design-metrics';
import { metricName } from '../metric/metric-body';

export const modelReference = z.string().regex(/^[^@\s]+@[^@\s]+$/, 'must be "name@version"');

const variantName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be lower-case letters, digits, - and _');

/** Percent of the experiment's traffic, in steps of 0.1. */
export const variantWeight = z
  .number()
  .positive()
  .max(100)
  .refine((weight) => Number.isInteger(Math.round(weight * 1e6) / 1e5), 'must be a multiple of 0.1');

const variant = z.strictObject({
  name: variantName,
  weight: variantWeight,
  control: z.boolean().default(false),
  ctr: modelReference,
  cvr: modelReference.optional(),
  /** Share of requests whose order is drawn at random. */
  explore: z.number().min(0).max(1).default(0),
});

export type VariantDesign = z.infer<typeof variant>;

/** A model that scores some of the requests beside the one that answers, and never answers itself. */
const shadowVariant = z.strictObject({
  name: variantName,
  ctr: modelReference,
  /** Share of the experiment's requests that it scores. */
  rate: z.number().gt(0).max(1).default(0.1),
});

/** Metrics beside the goal; each has one part to play. */
const furtherMetrics = z.strictObject({
  /** Decide together with the goal, by Holm's method. */
  goals: z.array(metricName).max(5).default([]),
  /** Shown with p-values adjusted by the method of Benjamini and Hochberg; decide nothing. */
  secondaries: z.array(metricName).max(20).default([]),
  /** May be worse than in the control by less than this share of it. */
  guardrails: z
    .array(z.strictObject({ metric: metricName, margin: z.number().gt(0).lt(1) }))
    .max(10)
    .default([]),
});

/** What every variant keeps to while it serves, as its traffic shows. */
const serviceLimits = z.strictObject({
  /** How many times as long as the control's the slowest twentieth of a variant's answers may take. */
  latencyRatio: z.number().gt(1).max(100).default(1.5),
  /** Share of a variant's impressions that may come from fallback answers. */
  fallbackShare: z.number().gt(0).lt(1).default(0.01),
});

export type ServiceLimits = z.infer<typeof serviceLimits>;

/** The limits of a design that names none. */
export const SERVICE_LIMITS: ServiceLimits = serviceLimits.parse({});

/** What a test is, frozen when it starts. */
export const experimentDesign = z
  .strictObject({
    /** What is randomised, and what the analysis takes for independent of each other. */
    unit: z.enum(['user', 'session', 'request']).default('user'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR')
      .default('EUR'),
    variants: z.array(variant).min(2, 'needs at least two variants').max(16),
    /** Absent without shadows, so that the hash of a design without them is what it was before there were any. */
    shadow: z.array(shadowVariant).min(1).max(4).optional(),
    /** The part of a layer that it takes; others of the layer run beside it. Without one it runs alone. */
    layer: layerDesign.optional(),
    /** Whether every campaign's budget is split between the arms by their share of the traffic; shared without it. */
    budgets: z.enum(['split']).optional(),
    /** Percent of all units, or of those in its slots, that take part. */
    rollout: z.int().min(1).max(100).default(100),
    /** The metric that decides; frozen as name@version, the newest version where none is named. */
    goal: metricName.default('rpm'),
    /** Absent without any, so that the hash of a design without them is what it was before there were any. */
    metrics: furtherMetrics.optional(),
    /** Decides by comparisons from which what units did in the days before is taken out; without it these are only shown. */
    cuped: z.strictObject({ days: z.int().min(1).max(90).default(COVARIATE_DAYS) }).optional(),
    /** Absent where the limits are the usual ones, so that the hash of such a design is what it was before there were others. */
    limits: serviceLimits.optional(),
    mode: z.enum(['sequential', 'fixed']).default('sequential'),
    decisionScale: z.enum(['relative', 'absolute']).default('relative'),
    alpha: z.number().gt(0).lt(0.5).default(0.05),
    /** Days after the stop in which conversions still come in; by default those of the attribution window. */
    drainDays: z.number().min(0).max(365).optional(),
    /** Exposed units in all arms at which the design is most sensitive. */
    plannedUnits: z.int().min(100).max(1_000_000_000),
  })
  .superRefine(({ unit, variants, shadow = [], goal, metrics, budgets, cuped }, context) => {
    if (cuped !== undefined && unit !== 'user') {
      const message = 'needs units that were there before: unit must be user';
      context.addIssue({ code: 'custom', path: ['cuped'], message });
    }
    if (budgets === 'split' && unit !== 'user') {
      const message = 'must be user where budgets are split';
      context.addIssue({ code: 'custom', path: ['unit'], message });
    }
    if (budgets === 'split' && nameOf(goal) !== 'revenuePerUnit') {
      const message = 'must be revenuePerUnit where budgets are split: only for revenue is the comparison sound';
      context.addIssue({ code: 'custom', path: ['goal'], message });
    }
    const total = variants.reduce((sum, { weight }) => sum + Math.round(weight * 10), 0);
    if (total !== 1000)
      context.addIssue({ code: 'custom', path: ['variants'], message: `weights must sum to 100, got ${total / 10}` });
    if (variants.filter(({ control }) => control).length !== 1) {
      context.addIssue({
        code: 'custom',
        path: ['variants'],
        message: 'exactly one variant must have "control": true',
      });
    }
    const names = variants.map(({ name }) => name);
    for (const [i, name] of names.entries()) {
      if (names.indexOf(name) !== i)
        context.addIssue({ code: 'custom', path: ['variants', i, 'name'], message: `"${name}" appears twice` });
    }
    const parts = new Set<string>();
    for (const { reference, path } of namedMetrics({ goal, metrics })) {
      const metric = nameOf(reference);
      if (parts.has(metric))
        context.addIssue({ code: 'custom', path: [...path], message: `"${metric}" has a part already` });
      parts.add(metric);
    }
    const taken = new Set(names);
    for (const [i, { name }] of shadow.entries()) {
      if (taken.has(name))
        context.addIssue({ code: 'custom', path: ['shadow', i, 'name'], message: `"${name}" appears twice` });
      taken.add(name);
    }
  });

export type ExperimentDesign = z.infer<typeof experimentDesign>;
