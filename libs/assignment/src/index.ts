export {
  HOLDOUT_FLAG,
  type Assignment,
  type AssignmentReason,
  type Decision,
  type ShadowPlan,
  type VariantPlan,
} from './assignment';
export { decide, isInExperiment, outside, parsePlan, type EvaluatedVariant, type FlagState } from './decide';
export { rankCandidates, type Ranking } from './exploration';
export {
  explainSplit,
  ROLLOUT_SEED,
  VARIANT_SEED,
  type ExplainedSplit,
  type SplitRule,
  type WeightedVariant,
} from './explain-assignment';
