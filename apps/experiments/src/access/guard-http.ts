import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { PERMISSIONS, type Caller, type KeyRegistry } from '@adlift/access';
import { noteCaller } from './caller';
import type { PageSession } from './page-session';
import { neededFor } from './route-permission';

export interface Guard {
  readonly keys: () => KeyRegistry;
  readonly session: PageSession;
}

/** The page's session, which has no key: it sees what an analyst sees. */
const PAGE: Caller = { name: 'page', may: (grant) => grant === 'analyst' };

/**
 * Lets a call through with what its route needs only, before its body is read. By the route that was found, not by the
 * text of the URL. Call it before routes are added.
 */
export function guardHttp(adapter: FastifyAdapter, { keys, session }: Guard): void {
  adapter.getInstance().addHook('onRequest', (request, reply, done) => {
    const route = request.routeOptions.url ?? '';
    if (route === '/') session.begin(request.raw, reply);
    try {
      const needed = neededFor(request.method, route);
      if (needed !== undefined) {
        const grants = 'scope' in needed ? needed.scope : PERMISSIONS[needed.permission];
        const allowed = typeof grants === 'string' ? [grants] : grants;
        const seen = session.mayRead(request.raw) && allowed.some((grant) => PAGE.may(grant));
        noteCaller(request.raw, seen ? PAGE : keys().require(grants, request.headers.authorization));
      }
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}
