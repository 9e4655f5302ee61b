export { estimateArm, estimateProportion, type ArmEstimate, type MetricKind } from './arm-estimate';
export { addUnit, emptyArmSums, type ArmSums } from './arm-sums';
export { absolutePrior, effectPosterior, type EffectPosterior, type EffectPrior } from './bayesian';
export {
  CALIBRATION_RANGE,
  judgeCalibration,
  MINIMUM_EXPECTED_CLICKS,
  PROBABILITY_UNIT,
  type Calibration,
} from './calibration';
export {
  campaignDifferences,
  splitBudget,
  type CampaignDifference,
  type CampaignTotals,
} from './campaign-budget-split';
export { chiSquareUpperTail } from './chi-square-distribution';
export { compareArms } from './comparison';
export {
  deltaMethodRelativeInterval,
  linearRelativeSequence,
  perImpressionZTest,
  relativeIntervalWithKnownControl,
  zTestOfMeans,
} from './compatibility';
export { alwaysValidP, confidenceSequenceCriticalValue } from './confidence-sequence';
export { addUnitValues, emptyCrossSums, poolCrossSums, type CrossSums, type Quantity } from './cross-sums';
export { compareWithCovariates, cupedCoefficients, type CovariateModel } from './cuped';
export {
  withoutSequentialBounds,
  type AbsoluteEffect,
  type Comparison,
  type ComparisonOptions,
  type RelativeEffect,
} from './effect';
export { ENGINE_VERSION } from './engine-version';
export { fiellerInterval, type MeanPair } from './fieller';
export { enoughForBounds, MINIMUM_NONZERO_UNITS, MINIMUM_PAYERS } from './inference-thresholds';
export type { Interval } from './interval';
export {
  judgeSlowdown,
  LATENCY_BINS,
  LATENCY_BINS_PER_OCTAVE,
  type ArmLatency,
  type LatencyCounts,
  type Slowdown,
  type SlowdownRule,
} from './latency';
export { logGamma } from './log-gamma';
export { benjaminiHochbergAdjusted, familyIntervalAlpha, holmAdjusted } from './multiple-testing';
export { judgeNonInferiority, type NonInferiority, type NonInferiorityRule } from './non-inferiority';
export { normalCdf, normalQuantile } from './normal-distribution';
export { estimateNormalisedEntropy, type EntropyVariables } from './normalised-entropy';
export { oneSidedAlwaysValidP, oneSidedCriticalValue } from './one-sided-sequence';
export {
  decisionPower,
  detectableEffect,
  minimumDetectableEffect,
  sequentialPowerAt,
  unitsToDetect,
  type DecisionRule,
  type PlannedArms,
} from './power';
export { isRefusal, refuse, type Refusal, type RefusalReason } from './refusal';
export { CAP_QUANTILE, capAmount, MINIMUM_UNITS_FOR_CAP, revenueCap, topUnitsShare } from './revenue-cap';
export {
  SAMPLE_RATIO_GATE_LOG_BAYES_FACTOR,
  SAMPLE_RATIO_WARNING_P,
  sampleRatioBayesFactor,
  sampleRatioChiSquare,
  sampleRatioSliceP,
  type SampleRatioBayesFactor,
  type SampleRatioChiSquare,
} from './sample-ratio';
export {
  agrestiCaffoInterval,
  clopperPearsonInterval,
  newcombeInterval,
  wilsonInterval,
  type BernoulliCount,
} from './small-counts';
export { compareStratified, type PhaseSums, type StratifiedComparison } from './stratified-comparison';
export { studentCdf, studentCriticalValue, studentTwoSidedP } from './student-t-distribution';
export { welchDegreesOfFreedom } from './welch';
