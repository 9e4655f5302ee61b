import type { GuardrailReport } from '@adlift/client';
import { CALIBRATION_RANGE, emptyArmSums, isRefusal, judgeCalibration } from '@adlift/statistics';
import type { ExperimentDesign } from '../experiment/experiment-design';
import type { ArmStatistics, PhaseStatistics } from './kept-statistics';

/** Share of a variant's impressions that may come from fallback answers. */
const MAX_FALLBACK_SHARE = 0.01;
/** Error of a calibration interval, whatever the design's alpha: a guardrail is no goal. */
const CALIBRATION_ALPHA = 0.05;

type Judged = Omit<GuardrailReport, 'variant' | 'control' | 'proven'>;

/**
 * What every variant must keep to. Both are counted by the variant that was assigned: an answer from a fallback stays
 * with the arm whose model failed.
 */
export function judgeGuardrails({ variants }: ExperimentDesign, { arms }: PhaseStatistics): GuardrailReport[] {
  return [calibration, fallbackShare].flatMap((judge) =>
    variants.map(({ name: variant, control }) => {
      const judged = judge(arms.get(variant));
      return { variant, control, proven: judged.ok, ...judged };
    }),
  );
}

function calibration(arm: ArmStatistics | undefined): Judged {
  const name = 'calibration';
  const judged = judgeCalibration(arm?.calibration ?? emptyArmSums(), CALIBRATION_ALPHA);
  if (isRefusal(judged)) {
    return { name, ok: true, value: null, interval: null, detail: `not judged (${judged.reason}): ${judged.detail}` };
  }
  const { expectedClicks, actualClicks, ratio, interval, miscalibrated } = judged;
  const counted = `${expectedClicks.toFixed(1)} clicks predicted, ${actualClicks} seen`;
  const range = `allowed ${CALIBRATION_RANGE.low} to ${CALIBRATION_RANGE.high}`;
  if (!Number.isFinite(ratio)) {
    return { name, ok: !miscalibrated, value: null, interval: null, detail: `${counted}; ${range}` };
  }
  const shown = `${ratio.toFixed(3)} (${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})`;
  return { name, ok: !miscalibrated, value: ratio, interval, detail: `${counted}: ${shown}; ${range}` };
}

function fallbackShare(arm: ArmStatistics | undefined): Judged {
  const name = 'fallback_share';
  const limit = `limit ${100 * MAX_FALLBACK_SHARE} %`;
  if (arm === undefined || arm.impressions === 0) {
    return { name, ok: true, value: null, interval: null, detail: `no impression yet; ${limit}` };
  }
  const value = arm.fallbackImpressions / arm.impressions;
  const detail = `${(100 * value).toFixed(2)} % of impressions from a fallback; ${limit}`;
  return { name, ok: value <= MAX_FALLBACK_SHARE, value, interval: null, detail };
}
