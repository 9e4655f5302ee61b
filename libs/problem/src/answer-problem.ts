import { HttpException } from '@nestjs/common';
import { DomainError, PROBLEMS, type ProblemCode } from './domain-error';
import { toDomainError } from './to-domain-error';

/** The part of a Fastify reply that is used here. */
export interface ProblemReply {
  status(code: number): ProblemReply;
  header(name: string, value: string): ProblemReply;
  send(body: unknown): unknown;
}

/** What Nest and Fastify refuse by themselves; any other refusal of theirs is a malformed request. */
const CODES: Readonly<Record<number, ProblemCode>> = {
  404: 'not_found',
  413: 'too_large',
  415: 'unsupported_media_type',
};

/** Answers with RFC 9457 problem+json; `onInternal` gets what is our fault, to be logged once. */
export function answerProblem(error: unknown, reply: ProblemReply, onInternal: (error: unknown) => void): void {
  const problem = asProblem(error);
  if (problem.code === 'internal') onInternal(error);
  const { status, title } = PROBLEMS[problem.code];
  if (problem.retryAfter !== undefined) reply.header('retry-after', String(problem.retryAfter));
  reply
    .status(status)
    .header('content-type', 'application/problem+json')
    .send({
      type: `urn:adlift:problem:${problem.code}`,
      title,
      status,
      code: problem.code,
      detail: problem.message,
      ...(problem.field === undefined ? {} : { field: problem.field }),
      ...problem.members,
    });
}

/** Fastify's `frameworkErrors`: a URL that its router cannot read reaches no filter. */
export function answerUnreadable(error: Error, _request: unknown, reply: unknown): void {
  answerProblem(error, reply as ProblemReply, (fault) => console.error(fault));
}

/** Nest's and Fastify's own errors (unknown route, broken JSON, body too large) in our terms. */
function asProblem(error: unknown): DomainError {
  const domain = toDomainError(error);
  if (domain.code !== 'internal') return domain;
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: number } | undefined)?.statusCode;
  if (status === undefined || status >= 500) return domain;
  return new DomainError(CODES[status] ?? 'invalid_argument', (error as Error).message);
}
