export type BundleErrorCode =
  | 'BUNDLE_MANIFEST_INVALID'
  | 'BUNDLE_DIGEST_MISMATCH'
  | 'BUNDLE_FILE_MISMATCH'
  | 'BUNDLE_GOLDEN_MISMATCH'
  | 'BUNDLE_MODEL_INVALID'
  | 'BUNDLE_MODEL_TOO_LARGE'
  | 'BUNDLE_MODEL_OPSET'
  | 'BUNDLE_MODEL_EXTERNAL_DATA'
  | 'BUNDLE_MODEL_INPUT'
  | 'BUNDLE_MODEL_OUTPUT';

/** A bundle or model that must not be served; `code` is stable and the message names the first difference. */
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
