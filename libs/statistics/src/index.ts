export { estimateArm, estimateProportion, type ArmEstimate, type MetricKind } from './arm-estimate';
export { addUnit, emptyArmSums, type ArmSums } from './arm-sums';
export { chiSquareUpperTail } from './chi-square-distribution';
export {
  compareArms,
  withoutSequentialBounds,
  type AbsoluteEffect,
  type Comparison,
  type ComparisonOptions,
  type RelativeEffect,
} from './comparison';
export { alwaysValidP, confidenceSequenceCriticalValue } from './confidence-sequence';
export { fiellerInterval, type MeanPair } from './fieller';
export { enoughForBounds, MINIMUM_NONZERO_UNITS, MINIMUM_PAYERS } from './inference-thresholds';
export type { Interval } from './interval';
export { logGamma } from './log-gamma';
export { normalCdf, normalQuantile } from './normal-distribution';
export { isRefusal, refuse, type Refusal, type RefusalReason } from './refusal';
export {
  SAMPLE_RATIO_GATE_LOG_BAYES_FACTOR,
  SAMPLE_RATIO_WARNING_P,
  sampleRatioBayesFactor,
  sampleRatioChiSquare,
  type SampleRatioBayesFactor,
  type SampleRatioChiSquare,
} from './sample-ratio';
export { studentCdf, studentCriticalValue, studentTwoSidedP } from './student-t-distribution';
export { welchDegreesOfFreedom } from './welch';
