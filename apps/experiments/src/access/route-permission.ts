import type { Grant, Permission } from '@adlift/access';

/** Probes cannot bring a key, and what the page is made of is no secret. */
const OPEN_ROUTES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/', '/page/:file', '/docs/:file']);

/** Scopes of the routes that are not about administration. */
const SCOPES: Readonly<Record<string, Grant>> = {
  'GET /metrics': 'metrics',
  'POST /v1/traces': 'events',
  'GET /v1/serving-set': 'models',
  'GET /v1/bundles/:digest/manifest': 'models',
  'GET /v1/models/files/:sha256': 'models',
};

/** What a call of the admin API needs: the first line whose method and beginning of the route fit. */
const PERMISSIONS: readonly (readonly [method: RegExp, route: RegExp, permission: Permission])[] = [
  [/./, /^\/v1\/(keys|webhooks)/, 'administer'],
  [/^GET$/, /^\/v1\/audit/, 'audit'],
  [/^GET$/, /^\/v1\/(traces|predictions|events)/, 'inspect'],
  [/^GET$/, /^\/v1\/experiments\/:key\/(samples|requests)/, 'inspect'],
  [/^GET$/, /^\/v1\//, 'read'],
  [/^POST$/, /^\/v1\/(assignments\/explain|experiments\/validate|planning\/\w+)$/, 'read'],
  [/^POST$/, /^\/v1\/experiments\/:key\/approve$/, 'approve'],
  [/./, /^\/v1\/(experiments|metrics)/, 'experiment'],
  [/./, /^\/v1\/(models|ads|events|units|holdout)/, 'operate'],
];

/** What the route asks for; undefined for one that everybody may use. A route that no line names needs `administer`. */
export function neededFor(method: string, route: string): { scope: Grant } | { permission: Permission } | undefined {
  if (OPEN_ROUTES.has(route)) return undefined;
  const scope = SCOPES[`${method} ${route}`];
  if (scope !== undefined) return { scope };
  const line = PERMISSIONS.find(([methods, routes]) => methods.test(method) && routes.test(route));
  return { permission: line?.[2] ?? 'administer' };
}
