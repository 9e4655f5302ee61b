import { Logger } from '@nestjs/common';
import { CallError, type CallStatus } from '@adlift/grpc';
import { PROBLEMS, toDomainError, type ProblemCode } from '@adlift/problem';

const logger = new Logger('grpc');

/** Characters of a status: trailers that a client refuses as too large end its whole connection. */
const MAX_DETAILS = 1000;
const MAX_FIELD = 200;

/** What the transport refuses by itself, where there is a word of ours for it. */
const TRANSPORT_CODES = new Map<number, ProblemCode>([
  [8, 'too_large'],
  [12, 'unimplemented'],
  [14, 'unavailable'],
]);

/**
 * An error as the status that ends a call, with its code in `adlift-code` and the offending field in `adlift-field`;
 * what is our fault is logged.
 */
export function toStatus(error: unknown): CallStatus {
  if (error instanceof CallError) return refusedByTransport(error);
  const problem = toDomainError(error);
  if (problem.code === 'internal') logger.error(error);
  const metadata: [string, string][] = [['adlift-code', problem.code]];
  if (problem.field !== undefined)
    metadata.push(['adlift-field', encodeURIComponent(problem.field.slice(0, MAX_FIELD).toWellFormed())]);
  return { code: PROBLEMS[problem.code].grpc, message: problem.message.slice(0, MAX_DETAILS), metadata };
}

function refusedByTransport({ code, message, metadata = [] }: CallStatus): CallStatus {
  const problem = TRANSPORT_CODES.get(code);
  return problem === undefined
    ? { code, message, metadata }
    : { code, message, metadata: [...metadata, ['adlift-code', problem]] };
}
