import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { DomainError } from '@adlift/problem';
import { readInferCall } from './infer-http';
import { InferenceCatalogue, SERVER } from './inference-catalogue';
import { InferenceService } from './inference.service';
import { answerError } from './protocol-error';

/** A Fastify instance; its own package is not a dependency of ours, Nest's adapter is. */
type Scope = ReturnType<FastifyAdapter['get']>;
type Handler = Parameters<Scope['route']>[0]['handler'];

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const VERBS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const MODEL_PATHS = ['/models/:name', '/models/:name/versions/:version'];

/**
 * Adds the protocol's HTTP routes under /v2 in a scope of their own: bodies have to reach us as bytes, may be larger
 * than elsewhere, and errors are `{"error": "text"}`.
 */
export function addInferenceRoutes(
  adapter: FastifyAdapter,
  inference: InferenceService,
  catalogue: InferenceCatalogue,
): void {
  const mount = (scope: Scope): void => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, parsed) =>
      parsed(null, body),
    );
    scope.setErrorHandler((error: Error, _request, reply) => answerError(error, reply));
    scope.setNotFoundHandler((request, reply) =>
      answerError(new DomainError('not_found', `there is no ${request.url} here`), reply),
    );
    addServerRoutes(scope, catalogue);
    addModelRoutes(scope, inference, catalogue);
  };
  adapter.getInstance().register(
    (scope, _options, done) => {
      mount(scope);
      done();
    },
    { prefix: '/v2' },
  );
}

function addServerRoutes(scope: Scope, catalogue: InferenceCatalogue): void {
  route(scope, 'GET', '', () => SERVER);
  route(scope, 'GET', '/health/live', () => ({ live: true }));
  route(scope, 'GET', '/health/ready', (_request, reply) => {
    if (catalogue.ready) return { ready: true };
    return reply.status(400).send({ ready: false, error: 'no model is loaded yet' });
  });
  route(scope, 'POST', '/repository/index', (request) => catalogue.index(onlyReady(request.body)));
  for (const verb of ['load', 'unload']) {
    route(scope, 'POST', `/repository/models/:name/${verb}`, () => {
      throw new DomainError(
        'unimplemented',
        `callers do not decide what is loaded; the experiments app does (POST /v1/models/NAME/versions/VERSION/${verb})`,
      );
    });
  }
}

function addModelRoutes(scope: Scope, inference: InferenceService, catalogue: InferenceCatalogue): void {
  route(scope, 'GET', '/models/stats', () => ({ model_stats: catalogue.counts('', '') }));
  for (const path of MODEL_PATHS) {
    route(scope, 'GET', path, (request) => catalogue.metadata(...modelOf(request.params)));
    route(scope, 'GET', `${path}/ready`, (request) => {
      const [name, version] = modelOf(request.params);
      if (!catalogue.isReady(name, version)) catalogue.metadata(name, version);
      return { name, ready: true };
    });
    route(scope, 'GET', `${path}/stats`, (request) => ({ model_stats: catalogue.counts(...modelOf(request.params)) }));
    route(scope, 'POST', `${path}/infer`, async (request, reply) => {
      const { body, headers, params } = request;
      const { body: answer, jsonBytes } = await inference.infer(readInferCall(...modelOf(params), body, headers));
      if (jsonBytes === undefined) reply.type('application/json');
      else reply.type('application/octet-stream').header('inference-header-content-length', String(jsonBytes));
      return reply.send(answer);
    });
  }
}

/** One route, and 405 for its path with any other verb. */
function route(scope: Scope, verb: 'GET' | 'POST', path: string, handler: Handler): void {
  scope.route({ method: verb, url: path, handler });
  const refuse: Handler = (_request, reply) =>
    reply
      .status(405)
      .header('allow', verb)
      .send({ error: `${verb} is the only verb here` });
  scope.route({ method: VERBS.filter((other) => other !== verb), url: path, handler: refuse });
}

function modelOf(params: unknown): [name: string, version: string] {
  const { name = '', version = '' } = params as { name?: string; version?: string };
  return [name, version];
}

/** The body of an index call: none, or `{"ready": true}`. */
function onlyReady(body: unknown): boolean {
  if (!Buffer.isBuffer(body) || body.length === 0) return false;
  try {
    return (JSON.parse(body.toString('utf8')) as { ready?: unknown } | null)?.ready === true;
  } catch {
    throw new DomainError('invalid_argument', 'body: not JSON', 'body');
  }
}
