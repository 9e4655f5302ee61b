import type { Assignment, AssignmentReason, Decision, ShadowPlan, VariantPlan } from './assignment';

/** What the flag service says about one unit: its SDK's evaluated variant. */
export interface EvaluatedVariant {
  readonly name: string;
  readonly enabled: boolean;
  readonly payload?: { readonly value: string };
}

/** An experiment's flag at the moment of a decision. */
export interface FlagState {
  readonly experiment: string;
  readonly digest: string;
  /** Whether the digest's flag is stored, so that a token may carry the digest. */
  readonly recorded: boolean;
}

/**
 * Turns the evaluated flag into the unit's decision. Without a unit the flag is not evaluated at all: the flag
 * service would draw a variant at random for every request.
 */
export function decide(flag: FlagState, unitId: string, evaluate: (unitId: string) => EvaluatedVariant): Decision {
  if (unitId === '') return { assignment: outside(flag, 'no_unit') };
  if (!flag.recorded) return { assignment: outside(flag, 'flag_unrecorded') };
  const variant = evaluate(unitId);
  if (!variant.enabled) return { assignment: outside(flag, 'not_in_experiment') };
  const plan = parsePlan(variant.payload?.value);
  if (plan === undefined) return { assignment: outside(flag, 'bad_payload') };
  const assignment: Assignment = {
    experiment: flag.experiment,
    phase: plan.phase,
    assigned: variant.name,
    served: variant.name,
    reason: 'split',
    flagDigest: flag.digest,
  };
  return { assignment, plan };
}

/** The assignment of a unit that stays outside the experiment. */
export function outside(flag: FlagState, reason: AssignmentReason): Assignment {
  return { experiment: flag.experiment, phase: 0, assigned: '', served: '', reason, flagDigest: flag.digest };
}

/** Whether the assignment counts in the experiment's analysis. */
export function isInExperiment(assignment: Assignment): boolean {
  return assignment.reason === 'split' && assignment.assigned !== '';
}

const MAX_PLANS = 1000;
const plans = new Map<string, VariantPlan | undefined>();

/**
 * Reads a variant's payload; undefined when it is not what the flag sync writes. Payloads are few and asked for at
 * every request, so what was read is remembered.
 */
export function parsePlan(payload = ''): VariantPlan | undefined {
  if (plans.has(payload)) return plans.get(payload);
  const plan = readPlan(payload);
  if (plans.size >= MAX_PLANS) plans.clear();
  plans.set(payload, plan);
  return plan;
}

function readPlan(payload: string): VariantPlan | undefined {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { ctr, cvr, explore, phase, currency = '', shadow, budgetShare, unit } = value as Record<string, unknown>;
  if (!isModelReference(ctr) || !(cvr === undefined || isModelReference(cvr))) return undefined;
  if (typeof explore !== 'number' || !(explore >= 0 && explore <= 1)) return undefined;
  if (typeof phase !== 'number' || !Number.isSafeInteger(phase) || phase < 1) return undefined;
  if (typeof currency !== 'string' || !/^([A-Z]{3})?$/.test(currency)) return undefined;
  if (!(shadow === undefined || isShadowList(shadow))) return undefined;
  if (!(budgetShare === undefined || isShare(budgetShare))) return undefined;
  if (!(unit === undefined || unit === 'session' || unit === 'request')) return undefined;
  return {
    ...{ ctr, explore, phase, currency },
    ...(cvr === undefined ? {} : { cvr }),
    ...(shadow && { shadow }),
    ...(budgetShare === undefined ? {} : { budgetShare }),
    ...(unit && { unit }),
  };
}

function isShadowList(value: unknown): value is readonly ShadowPlan[] {
  return Array.isArray(value) && value.length > 0 && value.every(isShadowPlan);
}

function isShadowPlan(value: unknown): value is ShadowPlan {
  if (typeof value !== 'object' || value === null) return false;
  const { name, ctr, rate } = value as Record<string, unknown>;
  if (typeof name !== 'string' || name === '' || !isModelReference(ctr)) return false;
  return isShare(rate);
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 1;
}

function isModelReference(value: unknown): value is string {
  return typeof value === 'string' && /^[^@\s]+@[^@\s]+$/.test(value);
}
