import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { callerOf } from '../access/caller';
import { neededFor } from '../access/route-permission';
import type { AuditService } from './audit.service';

/** Bodies up to here are kept as they came; a batch of ads is in the catalogue's versions anyway. */
const KEPT_CHARACTERS = 4000;

/**
 * Writes down every call that changed models, ads, events or units; experiments and keys write their own changes.
 * The answer goes out after the entry is stored. Call it before routes are added.
 */
export function auditOperations(adapter: FastifyAdapter, audit: () => AuditService): void {
  adapter.getInstance().addHook('onSend', async (request, reply) => {
    const route = request.routeOptions.url ?? '';
    const { method } = request;
    if (method === 'GET' || method === 'HEAD' || reply.statusCode >= 400) return;
    const needed = neededFor(method, route);
    if (needed === undefined || !('permission' in needed) || needed.permission !== 'operate') return;
    const actor = callerOf(request.raw).name;
    const after = kept(request.body);
    await audit().write({ actor, action: `${method} ${route}`, subject: subjectOf(route, request.params), after });
  });
}

/** The path with its parameters, but not the name of a unit: it may be what was to be forgotten. */
function subjectOf(route: string, parameters: unknown): string {
  const given = parameters as Readonly<Record<string, string>>;
  return route.replace(/:(\w+)/g, (name, parameter: string) =>
    parameter === 'unit' ? name : (given[parameter] ?? ''),
  );
}

function kept(body: unknown): unknown {
  if (body === undefined || body === null) return undefined;
  if (Buffer.isBuffer(body)) return { bytes: body.length };
  const { length } = JSON.stringify(body);
  return length <= KEPT_CHARACTERS ? body : { characters: length };
}
