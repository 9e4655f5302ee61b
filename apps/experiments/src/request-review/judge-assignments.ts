import type { ArmRule } from './arm-rule';

/** Logged requests of one unit in one arm of an experiment, beside the unit's exposure. */
export interface ServedArm {
  readonly experiment: string;
  readonly phase: number;
  readonly unit: string;
  readonly assigned: string;
  /** Of the flag by which the requests were assigned. */
  readonly digest: string;
  readonly requests: number;
  /** The first of them, and the last. */
  readonly predictionId: string;
  readonly newest: string;
  /** Null without an exposure. */
  readonly exposed: { readonly variant: string; readonly digest: string } | null;
}

/** What was found in the requests of one phase. */
export interface AssignmentFindings {
  readonly experiment: string;
  readonly phase: number;
  /** The last prediction looked at. */
  newest: string;
  requests: number;
  /** Requests in, or of a unit exposed to, another arm than the unit's flag gives. */
  leaked: number;
  /** Requests of which that cannot be told. */
  unverified: number;
  /** One of the leaked, for a person to look at. */
  example: string | null;
}

/** Recomputes each unit's arm by the flag that assigned it, and counts where another one was logged or exposed. */
export function judgeAssignments(
  served: readonly ServedArm[],
  ruleOf: (digest: string) => ArmRule | undefined,
): AssignmentFindings[] {
  const findings = new Map<string, AssignmentFindings>();
  for (const one of served) {
    const { experiment, phase, requests, predictionId, newest } = one;
    const key = `${experiment}\n${phase}`;
    const found = findings.get(key) ?? {
      experiment,
      phase,
      newest,
      requests: 0,
      leaked: 0,
      unverified: 0,
      example: null,
    };
    if (newest > found.newest) found.newest = newest;
    findings.set(key, found);
    found.requests += requests;
    const difference = differenceIn(one, ruleOf);
    if (difference === undefined) found.unverified += requests;
    else if (difference !== '') {
      found.leaked += requests;
      found.example ??= `prediction ${predictionId} ${difference}`;
    }
  }
  return [...findings.values()];
}

/** In words; '' without a difference, undefined when an arm cannot be recomputed. */
function differenceIn(
  { unit, assigned, digest, exposed }: ServedArm,
  ruleOf: (digest: string) => ArmRule | undefined,
): string | undefined {
  const rule = ruleOf(digest);
  if (rule === undefined) return undefined;
  const given = rule(unit);
  if (given !== assigned) return `has "${assigned}", its unit's flag gives ${quoted(given)}`;
  if (exposed === null) return '';
  const exposure = ruleOf(exposed.digest);
  if (exposure === undefined) return undefined;
  const due = exposure(unit);
  return due === exposed.variant ? '' : `is of a unit exposed to "${exposed.variant}", whose flag gives ${quoted(due)}`;
}

function quoted(variant: string | undefined): string {
  return variant === undefined ? 'none' : `"${variant}"`;
}
