import type { ExperimentState, FamilyTest, GuardrailReport, HealthCheck, Verdict } from '@adlift/client';

/** All that a verdict rests on. */
export interface Evidence {
  readonly state: ExperimentState;
  readonly checks: readonly HealthCheck[];
  readonly guardrails: readonly GuardrailReport[];
  readonly goals: readonly FamilyTest[];
}

/** States without traffic in which nothing more is to be waited for but conversions. */
const ENDED: readonly ExperimentState[] = ['stopping', 'concluded', 'aborted', 'archived'];

/**
 * What to do, with machine-readable reasons. A failed check says `invalid`: the numbers cannot be trusted. A failed
 * guardrail says `rollback`: they can, and the variant is bad. Then the goals decide: `ship` a variant that is better
 * by one and worse by none, once it is shown to keep to its guardrails; `rollback` when every variant is worse by one.
 * Where the control's own answers come from a fallback nothing is shipped, since a variant would be compared with
 * something else.
 */
export function decideVerdict({ state, checks, guardrails, goals }: Evidence): {
  verdict: Verdict;
  reasons: string[];
} {
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length > 0) return { verdict: 'invalid', reasons: failed.map(({ name }) => `check_failed:${name}`) };
  const violated = guardrails.filter(({ ok }) => !ok);
  const bad = violated.filter(({ control }) => !control);
  if (bad.length > 0) return { verdict: 'rollback', reasons: named(bad, 'guardrail_failed') };

  const undecided = (reasons: string[]): ReturnType<typeof decideVerdict> => ({
    verdict: ENDED.includes(state) ? 'inconclusive' : 'keep_running',
    reasons,
  });
  const fallingBack = violated.filter(({ name }) => name === 'fallback_share');
  if (fallingBack.length > 0) return undecided(named(fallingBack, 'guardrail_failed'));

  const variants = [...new Set(goals.map(({ variant }) => variant))];
  const is = (outcome: FamilyTest['outcome']) => (variant: string) =>
    goals.some((test) => test.variant === variant && test.outcome === outcome);
  const better = variants.filter(is('better')).filter((variant) => !is('worse')(variant));
  const open = guardrails.filter(({ proven, variant }) => !proven && better.includes(variant));
  const shipped = better.filter((variant) => !open.some((guardrail) => guardrail.variant === variant));
  const reasonsOf = (outcome: FamilyTest['outcome'], among: readonly string[]): string[] =>
    goals
      .filter((test) => test.outcome === outcome && among.includes(test.variant))
      .map(({ metric, variant }) => `${metric}_${outcome}:${variant}`);
  if (shipped.length > 0) return { verdict: 'ship', reasons: reasonsOf('better', shipped) };
  if (open.length > 0) return undecided(named(open, 'guardrail_open'));
  if (variants.length > 0 && variants.every(is('worse'))) {
    return { verdict: 'rollback', reasons: reasonsOf('worse', variants) };
  }
  return undecided(
    goals.map(({ metric, variant, refusal, outcome }) => `${refusal ?? `${metric}_${outcome}`}:${variant}`),
  );
}

function named(guardrails: readonly GuardrailReport[], reason: string): string[] {
  return guardrails.map(({ name, variant }) => `${reason}:${name}:${variant}`);
}
