import type { PowerPlan } from '@adlift/client';
import { isRefusal, minimumDetectableEffect, unitsToDetect, type PlannedArms } from '@adlift/statistics';
import { DomainError } from '@adlift/problem';
import { estimateMetric } from '../metric/estimate-metric';
import { PlainSums, type HistoryMetric } from './history-metric';
import type { PowerBody } from './planning-body';

/** Durations that are always told of. */
const DAYS = [7, 14, 28, 56];
/** A plan that takes longer than this is no plan. */
const MOST_DAYS = 3650;

/**
 * What an experiment could see: from the spread between the units of a history, taken as that of every arm, and from
 * how many units come by day. Throws `failed_precondition` where the history says nothing of the goal.
 */
export function planPower(
  metric: HistoryMetric,
  { units, newUnits, days }: { units: number; newUnits: readonly number[]; days: number },
  { goal, mode, alpha, power, weights, rollout, effect, plannedUnits }: PowerBody,
): PowerPlan {
  const sums = new PlainSums();
  for (let unit = 0; unit < metric.m.length; unit++) sums.add(metric.m[unit], metric.d?.[unit] ?? 0);
  const estimate = estimateMetric(metric.definition, sums.sums(), metric.scale);
  const [control, ...treatments] = weights.map((weight) => weight / 100);
  // The arm that is hardest to tell from the control.
  const treatment = Math.min(...treatments);
  if (isRefusal(estimate)) throw unknown(goal, estimate.detail);
  if (!(estimate.value > 0 && estimate.variance > 0)) throw unknown(goal, 'no unit has any, or all have the same');
  const arms: PlannedArms = {
    ...{ controlVariance: estimate.variance, treatmentVariance: estimate.variance },
    ...{ controlShare: control, treatmentShare: treatment },
  };
  const compared = control + treatment;
  const rule = { mode, alpha };
  const detectable = (all: number): number | null =>
    all * compared < 2 ? null : minimumDetectableEffect(arms, all * compared, power, rule) / estimate.value;
  const needed = (lift: number): number =>
    Math.ceil(unitsToDetect(arms, lift * estimate.value, power, rule) / compared);
  const arrivals = (after: number): number => Math.floor((unitsAfter(newUnits, after) * rollout) / 100);
  return {
    history: { days, units },
    baseline: { metric: goal, value: estimate.value },
    durations: DAYS.map((after) => ({ days: after, units: arrivals(after), effect: detectable(arrivals(after)) })),
    forEffect: effect === undefined ? null : { effect, units: needed(effect), days: daysFor(needed(effect)) },
    forUnits:
      plannedUnits === undefined
        ? null
        : { units: plannedUnits, effect: detectable(plannedUnits), days: daysFor(plannedUnits) },
  };

  function daysFor(all: number): number | null {
    let low = 1;
    let high = MOST_DAYS;
    if (arrivals(high) < all) return null;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (arrivals(middle) >= all) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/**
 * Distinct units after so many days: as they came within the history, and beyond it as many a day as came on average
 * in its second half, when those who come often had been seen.
 */
export function unitsAfter(newUnits: readonly number[], days: number): number {
  const seen = newUnits.slice(0, days).reduce((sum, count) => sum + count, 0);
  const late = newUnits.slice(newUnits.length >> 1);
  const aDay = late.reduce((sum, count) => sum + count, 0) / Math.max(1, late.length);
  return seen + aDay * Math.max(0, days - newUnits.length);
}

function unknown(goal: string, why: string): DomainError {
  return new DomainError('failed_precondition', `the history says nothing of ${goal}: ${why}`, 'goal');
}
