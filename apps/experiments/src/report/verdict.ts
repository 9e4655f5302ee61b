import { isRefusal, type Comparison, type Interval } from '@adlift/statistics';
import type { ExperimentDesign } from '../experiment/experiment-design';
import type { ExperimentState, GuardrailReport, HealthCheck, MetricReport, Verdict } from '@adlift/client';

/** States without traffic in which nothing more is to be waited for but conversions. */
const ENDED: readonly ExperimentState[] = ['stopping', 'concluded', 'aborted', 'archived'];

/**
 * What to do, from the checks, the guardrails and the goal's interval of the design's mode and scale, with
 * machine-readable reasons. A failed check says `invalid`: the numbers cannot be trusted. A failed guardrail says
 * `rollback`: they can, and the variant is bad. Where the control's own answers come from a fallback nothing is shipped,
 * since a variant would be compared with something else.
 */
export function decideVerdict(
  design: ExperimentDesign,
  state: ExperimentState,
  metrics: readonly MetricReport[],
  checks: readonly HealthCheck[],
  guardrails: readonly GuardrailReport[],
): { verdict: Verdict; reasons: string[] } {
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length > 0) return { verdict: 'invalid', reasons: failed.map(({ name }) => `check_failed:${name}`) };
  const violated = guardrails.filter(({ ok }) => !ok);
  const named = ({ name, variant }: GuardrailReport): string => `guardrail_failed:${name}:${variant}`;
  const bad = violated.filter(({ control }) => !control);
  if (bad.length > 0) return { verdict: 'rollback', reasons: bad.map(named) };
  const goal = metrics.find(({ metric }) => metric === design.goal);
  const judged = (goal?.comparisons ?? []).map(({ variant, result }) => {
    if (isRefusal(result)) return { variant, refusal: result.reason };
    const interval = decisionInterval(design, result, goal?.arms ?? []);
    return typeof interval === 'string'
      ? { variant, refusal: interval }
      : { variant, low: interval.low, high: interval.high };
  });
  const withoutControl = violated.filter(({ name }) => name === 'fallback_share');
  if (withoutControl.length > 0) {
    return { verdict: state === 'concluded' ? 'inconclusive' : 'keep_running', reasons: withoutControl.map(named) };
  }
  const better = judged.filter(({ low }) => low !== undefined && low > 0);
  if (better.length > 0)
    return { verdict: 'ship', reasons: better.map(({ variant }) => `${design.goal}_better:${variant}`) };
  const worse = judged.filter(({ high }) => high !== undefined && high < 0);
  if (worse.length > 0 && worse.length === judged.length) {
    return { verdict: 'rollback', reasons: worse.map(({ variant }) => `${design.goal}_worse:${variant}`) };
  }
  return {
    verdict: ENDED.includes(state) ? 'inconclusive' : 'keep_running',
    reasons: judged.map(({ variant, refusal }) => `${refusal ?? `${design.goal}_undecided`}:${variant}`),
  };
}

/** The interval that decides, or the reason why there is none: a fixed design decides once, at its planned size. */
function decisionInterval(
  { mode, decisionScale, plannedUnits }: ExperimentDesign,
  { absolute, relative }: Comparison,
  arms: MetricReport['arms'],
): Interval | string {
  if (mode === 'fixed' && arms.reduce((sum, { units }) => sum + units, 0) < plannedUnits) return 'not_final';
  const { low, high } = absolute;
  const fixed = decisionScale === 'absolute' ? { low, high } : relative.interval;
  const chosen = mode === 'fixed' ? fixed : decisionScale === 'absolute' ? absolute.sequential : relative.sequential;
  return isRefusal(chosen) ? chosen.reason : chosen;
}
