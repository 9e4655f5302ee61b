/** Name and value of a header, each byte one character (latin1). */
export type HeaderField = readonly [name: string, value: string];

/** Whether a block begins a request or follows its body: trailers have no pseudo headers. */
export type HeaderPart = 'request' | 'trailers';

/**
 * The headers of a gRPC request. Calls with the same bytes share one object, so nobody may change it. Of a header that
 * came more than once the named properties have the first value; `fields` has them all.
 */
export interface DecodedHeaders {
  readonly method: string | undefined;
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  readonly path: string | undefined;
  readonly contentType: string | undefined;
  readonly te: string | undefined;
  /** `grpc-timeout`. */
  readonly timeout: string | undefined;
  /** `grpc-encoding`. */
  readonly encoding: string | undefined;
  /** `grpc-accept-encoding`. */
  readonly acceptEncoding: string | undefined;
  readonly authorization: string | undefined;
  /** All but the pseudo headers, in the order of the block. */
  readonly fields: readonly HeaderField[];
  /** How they break RFC 9113, 8.2 or 8.3: the stream is to be reset with PROTOCOL_ERROR. */
  readonly malformed: string | undefined;
  /** They are larger than was agreed (RFC 9113, 6.5.2) and were not kept: the one stream is to be refused. */
  readonly tooLarge: boolean;
}
