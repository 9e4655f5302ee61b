import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Grant, KeyRegistry } from '@adlift/access';
import type { PageSession } from './page-session';

/** Probes cannot bring a key, and what the page is made of is no secret. */
const OPEN_ROUTES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/', '/page/:file', '/docs/:file']);

/** Scopes of the routes that are not about administration, by method and route. */
const SCOPES: Readonly<Record<string, Grant>> = {
  'GET /metrics': 'metrics',
  'POST /v1/traces': 'events',
  'GET /v1/serving-set': 'models',
  'GET /v1/bundles/:digest/manifest': 'models',
  'GET /v1/models/files/:sha256': 'models',
};

export interface Guard {
  readonly keys: KeyRegistry;
  readonly session: PageSession;
}

/**
 * Lets a call through with the scope of its route only, before its body is read; whatever is not listed needs `admin`.
 * A browser with the page's session may read. Call it before routes are added.
 */
export function guardHttp(adapter: FastifyAdapter, { keys, session }: Guard): void {
  adapter.getInstance().addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url ?? '';
    if (route === '/') session.begin(request.raw, reply);
    try {
      if (!OPEN_ROUTES.has(route) && !session.mayRead(request.raw))
        keys.require(SCOPES[`${request.method} ${route}`] ?? 'admin', request.headers.authorization);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}
