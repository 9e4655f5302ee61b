import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Grant, KeyRegistry } from '@adlift/access';

/** Probes cannot bring a key. */
const OPEN_ROUTES: ReadonlySet<string> = new Set(['/livez', '/readyz']);

/** Scopes of the routes that are not about predicting. Failures on demand ask for their own grant themselves. */
const SCOPES: Readonly<Record<string, Grant>> = {
  '/metrics': 'metrics',
  '/v1/status': 'metrics',
  '/v1/events': 'events',
  '/v1/faults/kill-scoring-worker': 'inject_faults',
};

/**
 * Lets a call of the HTTP API through with the scope of its route only, before its body is read. By the route that was
 * found, not by the text of the URL; a route that nobody thought of needs `predict`. Call it before routes are added.
 */
export function guardHttp(adapter: FastifyAdapter, keys: () => KeyRegistry): void {
  adapter.getInstance().addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url ?? '';
    try {
      if (!OPEN_ROUTES.has(route)) keys().require(SCOPES[route] ?? 'predict', request.headers.authorization);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}
