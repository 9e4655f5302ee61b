export { buildBundle, type Bundle, type BundleParts, type BundleStatement } from './build-bundle';
export { BundleError, type BundleErrorCode } from './bundle-error';
export { bundleFile, bundleFolder, verifyBundleFolder, writeBundleFolder } from './bundle-folder';
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
  parseGoldenFile,
} from './golden-requests';
export { type InputRows } from './input-rows';
export {
  BUNDLE_FORMAT,
  bundleDigest,
  type Manifest,
  MANIFEST_FILE,
  manifestFields,
  parseManifest,
  readManifest,
} from './manifest';
export { type ModelHost } from './model-host';
export { type ModelShape } from './model-shape';
export { ModelNotLoadedError, ScoringExpiredError, ScoringFailedError, ScoringUnavailableError } from './scoring-error';
export { MAX_ROWS, type RunFacts, type ScoringJob } from './scoring-job';
export { ScoringPool, type ScoringPoolOptions, threadsPerModel } from './scoring-pool';
export { type RestartDelays } from './scoring-worker';
export { SESSION_OPTIONS } from './session-options';
export { sha256Hex } from './sha256';
