import {
  compareArms,
  enoughForBounds,
  estimateArm,
  estimateProportion,
  isRefusal,
  type ArmSums,
  type Comparison,
  type ComparisonOptions,
  type Interval,
  type MetricKind,
  type Refusal,
  withoutSequentialBounds,
} from '@adlift/statistics';

/** Compares two arms as a report does: no sequential bounds before each arm has enough units with an outcome. */
export function judgeArms(
  { kind, money }: { kind: MetricKind | 'proportion'; money: boolean },
  control: ArmSums,
  treatment: ArmSums,
  options: ComparisonOptions,
): Comparison | Refusal {
  const estimate = (sums: ArmSums): ReturnType<typeof estimateArm> =>
    kind === 'proportion' ? estimateProportion(sums) : estimateArm(kind, sums);
  const [a, b] = [estimate(control), estimate(treatment)];
  if (isRefusal(a)) return a;
  if (isRefusal(b)) return b;
  const comparison = compareArms(a, b, options);
  if (isRefusal(comparison)) return comparison;
  const tooFew = enoughForBounds(control, treatment, { money });
  return tooFew === undefined ? comparison : withoutSequentialBounds(comparison, tooFew);
}

/** Whether the interval is there and does not hold 0. */
export const excludesZero = (interval: Interval | Refusal): boolean =>
  !isRefusal(interval) && (interval.low > 0 || interval.high < 0);

/** Whether the interval is there and holds the truth. */
export const covers = (interval: Interval | Refusal, truth: number): boolean =>
  !isRefusal(interval) && interval.low <= truth && truth <= interval.high;
