export { baselineColumns } from './baseline-columns';
export { type Contribution, type Explained } from './explained';
export { EncodedRows } from './encoded-rows';
export { Replacement, ScoreNotFiniteError } from './replacement';
export { explainWeights, type ServedCorrection, weightsFit } from './weight-contributions';
