export type BundleErrorCode =
  | 'BUNDLE_MANIFEST_INVALID'
  | 'BUNDLE_DIGEST_MISMATCH'
  | 'BUNDLE_FILE_MISMATCH'
  | 'BUNDLE_GOLDEN_MISMATCH'
  | 'BUNDLE_MODEL_INVALID';

/** A bundle that must not be served; `code` is stable and the message names the first difference. */
export class BundleError extends Error {
  override readonly name = 'BundleError';

  constructor(
    readonly code: BundleErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
