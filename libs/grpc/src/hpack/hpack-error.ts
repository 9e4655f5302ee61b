/** A header block that breaks RFC 7541: the state both sides share is lost, so the connection ends (COMPRESSION_ERROR). */
export class HpackError extends Error {
  override readonly name = 'HpackError';
}
