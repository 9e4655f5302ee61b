import type { GuardrailReport } from '@adlift/client';
import {
  CALIBRATION_RANGE,
  emptyArmSums,
  isRefusal,
  judgeCalibration,
  oneSidedAlwaysValidP,
  oneSidedCriticalValue,
} from '@adlift/statistics';
import { SERVICE_LIMITS, type ExperimentDesign } from '../experiment/experiment-design';
import type { ArmStatistics, PhaseStatistics } from './kept-statistics';

/** Error of a calibration interval, whatever the design's alpha: a guardrail is no goal. */
const CALIBRATION_ALPHA = 0.05;

type Judged = Omit<GuardrailReport, 'variant' | 'control'>;

/** A variant of the design, with what is kept of it. */
interface Judging {
  readonly design: ExperimentDesign;
  readonly variant: ExperimentDesign['variants'][number];
  readonly arm: ArmStatistics | undefined;
}

/**
 * What every variant must keep to. Both are counted by the variant that was assigned: an answer from a fallback stays
 * with the arm whose model failed.
 */
export function judgeGuardrails(design: ExperimentDesign, { arms }: PhaseStatistics): GuardrailReport[] {
  return [calibration, fallbackShare].flatMap((judge) =>
    design.variants.map((variant) => {
      const { name, control } = variant;
      return { variant: name, control, ...judge({ design, variant, arm: arms.get(name) }) };
    }),
  );
}

function calibration({ arm }: Judging): Judged {
  const name = 'calibration';
  const judged = judgeCalibration(arm?.calibration ?? emptyArmSums(), CALIBRATION_ALPHA);
  if (isRefusal(judged)) {
    const detail = `not judged (${judged.reason}): ${judged.detail}`;
    return { name, ok: true, proven: true, value: null, interval: null, detail };
  }
  const { expectedClicks, actualClicks, ratio, interval, miscalibrated } = judged;
  const ok = !miscalibrated;
  const counted = `${expectedClicks.toFixed(1)} clicks predicted, ${actualClicks} seen`;
  const range = `allowed ${CALIBRATION_RANGE.low} to ${CALIBRATION_RANGE.high}`;
  if (!Number.isFinite(ratio)) {
    return { name, ok, proven: ok, value: null, interval: null, detail: `${counted}; ${range}` };
  }
  const shown = `${ratio.toFixed(3)} (${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})`;
  return { name, ok, proven: ok, value: ratio, interval, detail: `${counted}: ${shown}; ${range}` };
}

/**
 * Violated once the share is shown to be above the limit, one-sided, at any look. A model fails for all of a unit's
 * impressions at once, so only as many count as there are units.
 */
function fallbackShare({ design, variant, arm }: Judging): Judged {
  const name = 'fallback_share';
  const { fallbackShare: most } = design.limits ?? SERVICE_LIMITS;
  const limit = `limit ${100 * most} %`;
  if (arm === undefined || arm.impressions === 0) {
    return { name, ok: true, proven: true, value: null, interval: null, detail: `no impression yet; ${limit}` };
  }
  const { units, impressions, fallbackImpressions } = arm;
  const value = fallbackImpressions / impressions;
  const shown = `${(100 * value).toFixed(2)} % of impressions from a fallback; ${limit}`;
  if (value <= most) return { name, ok: true, proven: true, value, interval: null, detail: shown };
  const n = Math.min(units, impressions);
  const smoothed = (value * n + 1) / (n + 2);
  const statistic = (value - most) / Math.sqrt((smoothed * (1 - smoothed)) / n);
  const plannedUnits = (design.plannedUnits * variant.weight) / 100;
  const p = oneSidedAlwaysValidP(statistic, units, plannedUnits, design.alpha);
  const ok = statistic <= oneSidedCriticalValue(units, plannedUnits, design.alpha);
  return { name, ok, proven: false, value, interval: null, detail: `${shown} (p ${p.toPrecision(2)})` };
}
