import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { Logger } from '@nestjs/common';
import { DomainError, PROBLEMS, toDomainError } from '@adlift/problem';
import { encodeStatus, OTLP_JSON, OTLP_PROTOBUF, type OtlpType } from './otlp-encoding';
import type { TraceIntake } from './trace-intake';

/** A body may be this large as it is sent. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;

/**
 * Adds `POST /v1/traces` in a scope of its own: OTLP's JSON has to reach us as bytes, packed or not, while everywhere
 * else a JSON body is parsed before a controller sees it; and OTLP has an error format of its own.
 */
export function addOtlpRoute(adapter: FastifyAdapter, intake: TraceIntake): void {
  const logger = new Logger('trace intake');
  adapter.getInstance().register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      [OTLP_JSON, OTLP_PROTOBUF],
      { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES },
      (_request, body, parsed) => parsed(null, body),
    );
    scope.setErrorHandler((error: Error, request, reply) => {
      const problem = asProblem(error);
      if (problem.code === 'internal') logger.error(error);
      const type = otlpType(request.headers['content-type']) ?? OTLP_JSON;
      const { status, grpc } = PROBLEMS[problem.code];
      if (problem.retryAfter !== undefined) reply.header('retry-after', String(problem.retryAfter));
      return reply
        .status(status)
        .type(type)
        .send(encodeStatus(type, grpc, problem.message));
    });
    scope.post('/v1/traces', async (request, reply) => {
      const type = otlpType(request.headers['content-type']);
      if (type === undefined || !Buffer.isBuffer(request.body)) {
        throw new DomainError('unsupported_media_type', `send ${OTLP_JSON} or ${OTLP_PROTOBUF}`);
      }
      const response = await intake.take(request.body, type, request.headers['content-encoding']);
      return reply.type(type).send(response);
    });
    done();
  });
}

function otlpType(contentType: string | undefined): OtlpType | undefined {
  const [type = ''] = (contentType ?? '').split(';');
  return [OTLP_JSON, OTLP_PROTOBUF].find((known): known is OtlpType => known === type.trim().toLowerCase());
}

/** Fastify's own refusals, of a type it has no parser for or a body that is too large, in our terms. */
function asProblem(error: Error & { statusCode?: number }): DomainError {
  if (error.statusCode === 415) return new DomainError('unsupported_media_type', error.message);
  if (error.statusCode === 413) return new DomainError('too_large', error.message);
  if (error.statusCode === 400) return new DomainError('invalid_argument', error.message);
  return toDomainError(error);
}
