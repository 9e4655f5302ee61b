export { buildBundle, type Bundle, type BundleParts, type BundleStatement } from './build-bundle';
export { BundleError, type BundleErrorCode } from './bundle-error';
export { bundleFile, bundleFolder, verifyBundleFolder, writeBundleFolder } from './bundle-folder';
export { featureFields } from './manifest-features';
export { checkSignature } from './check-signature';
export { fromGoldenColumn, type GoldenColumn, toGoldenColumn } from './golden-column';
export {
  checkGoldenInputs,
  checkGoldenPredictions,
  drawGoldenRequests,
  GOLDEN_TOLERANCE,
  type GoldenBatch,
  type GoldenFile,
  type GoldenRequest,
  MIN_GOLDEN_REQUESTS,
  joinRequests,
  parseGoldenFile,
} from './golden-requests';
export { type InputRows } from './input-rows';
export { checkModelSize, inspectModel, MAX_MODEL_BYTES, type ModelFacts, type ModelValue } from './inspect-model';
export {
  BUNDLE_FORMAT,
  bundleDigest,
  checkInputs,
  type Manifest,
  MANIFEST_FILE,
  manifestFields,
  parseManifest,
  readManifest,
} from './manifest';
export { type ModelHost } from './model-host';
export { type ModelShape } from './model-shape';
export { type InputProposal, MAX_INPUT_COLUMNS, proposeInputs, proposeOutput } from './propose-signature';
export { rawProbabilities } from './raw-probabilities';
export { ModelNotLoadedError, ScoringExpiredError, ScoringFailedError, ScoringUnavailableError } from './scoring-error';
export { guardOutputs } from './guard-outputs';
export { MAX_ROWS, type RunFacts, type ScoringJob } from './scoring-job';
export { ScoringPool, type ScoringPoolOptions, threadsPerModel } from './scoring-pool';
export { type RestartDelays } from './scoring-worker';
export { SESSION_OPTIONS } from './session-options';
export { sha256Hex } from './sha256';
