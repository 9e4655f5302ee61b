export { buildBundle, type Bundle, type BundleParts, type BundleStatement } from './build-bundle';
export { BundleError, type BundleErrorCode } from './bundle-error';
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
export { BUNDLE_FORMAT, bundleDigest, type Manifest, MANIFEST_FILE, parseManifest, readManifest } from './manifest';
export { ScoringBatch } from './scoring-batch';
export { ModelNotLoadedError, ScoringFailedError, ScoringUnavailableError } from './scoring-error';
export { type ScoringJob, ScoringPool, type ScoringPoolOptions } from './scoring-pool';
export { MAX_ROWS, ScoringSlot } from './scoring-slot';
export { type RestartDelays, ScoringWorker } from './scoring-worker';
export { sha256Hex } from './sha256';
export { verifyBundle } from './verify-bundle';
