/** The closed list of what can go wrong for a caller; docs/errors.md tells each one's meaning. */
export const PROBLEMS = {
  invalid_argument: { status: 400, grpc: 3, title: 'The request is malformed' },
  unauthenticated: { status: 401, grpc: 16, title: 'The credential is not known' },
  permission_denied: { status: 403, grpc: 7, title: 'The credential does not allow this' },
  not_found: { status: 404, grpc: 5, title: 'There is no such thing' },
  already_exists: { status: 409, grpc: 6, title: 'It is there already and differs' },
  failed_precondition: { status: 409, grpc: 9, title: 'The state does not allow this now' },
  stale_revision: { status: 412, grpc: 10, title: 'It was changed since it was read' },
  idempotency_key_reused: { status: 422, grpc: 3, title: 'The key came with another request before' },
  too_large: { status: 413, grpc: 8, title: 'The request is too large' },
  unsupported_media_type: { status: 415, grpc: 3, title: 'The body is of a type that is not read here' },
  overloaded: { status: 429, grpc: 8, title: 'More than can be answered in time' },
  deadline_exceeded: { status: 504, grpc: 4, title: 'The deadline passed first' },
  unimplemented: { status: 501, grpc: 12, title: 'This is not offered here' },
  upstream_failed: { status: 502, grpc: 14, title: 'A service this one needs gave an error' },
  unavailable: { status: 503, grpc: 14, title: 'Not possible at the moment, try again' },
  internal: { status: 500, grpc: 13, title: 'An error of ours' },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** An error that a caller is told about: a stable code, what is wrong, and the field where there is one. */
export class DomainError extends Error {
  constructor(
    readonly code: ProblemCode,
    message: string,
    /** Path of the offending field, as in the proto or the JSON body. */
    readonly field?: string,
    /** Seconds after which trying again makes sense. */
    readonly retryAfter?: number,
    /** Further members of the problem document (RFC 9457, section 3.2). */
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'DomainError';
  }
}
