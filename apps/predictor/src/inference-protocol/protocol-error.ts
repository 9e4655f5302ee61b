import { Logger } from '@nestjs/common';
import { DomainError, PROBLEMS, toDomainError, type ProblemCode } from '@adlift/problem';

/** The part of a Fastify reply that is used here. */
interface Reply {
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: unknown): unknown;
}

/** Where the protocol's status is another than that of our other routes. */
const STATUSES: Readonly<Partial<Record<ProblemCode, number>>> = { already_exists: 400, failed_precondition: 400 };

const logger = new Logger('inference');

/** Answers a failed call as the protocol says, `{"error": "text"}`, and logs what is our fault. */
export function answerError(error: Error & { statusCode?: number }, reply: Reply): unknown {
  const problem = toDomainError(error);
  const { statusCode } = error;
  // Fastify's own refusals: of a body that is too large or cut short, for example.
  if (!(error instanceof DomainError) && statusCode !== undefined && statusCode < 500) {
    return reply.status(statusCode).send({ error: error.message });
  }
  if (problem.code === 'internal') logger.error(error);
  if (problem.retryAfter !== undefined) reply.header('retry-after', String(problem.retryAfter));
  return reply.status(STATUSES[problem.code] ?? PROBLEMS[problem.code].status).send({ error: problem.message });
}
