import { z, type ZodObject, type ZodType } from 'zod';
import { PERMISSIONS } from '@adlift/access';
import { neededFor } from '../access/route-permission';
import { problem } from './answers';
import type { DescribedRoute, DescribedRoutes } from './described-route';
import { EXPERIMENT_ROUTES } from './experiment-routes';
import { OTHER_ROUTES } from './other-routes';

type JsonObject = Record<string, unknown>;

/** Every route under /v1 that this app serves. */
export const DESCRIBED_ROUTES: DescribedRoutes = { ...EXPERIMENT_ROUTES, ...OTHER_ROUTES };

const PROBLEM = { $ref: '#/components/schemas/Problem' };

const HEADERS = {
  'if-match': 'The ETag of the revision that was looked at; another one is refused with 412',
  'idempotency-key': 'A request that comes again with this key within a day is answered and not done again',
} as const;

/** The OpenAPI 3.1 document of the admin API, made of the schemas that check its requests. */
export function apiDocument(): JsonObject {
  const shared: JsonObject = {};
  const paths: Record<string, JsonObject> = {};
  const names = Object.keys(DESCRIBED_ROUTES).sort();
  for (const name of names) {
    const [method = '', route = ''] = name.split(' ');
    const path = route.replace(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[method.toLowerCase()] = operation(method, route, DESCRIBED_ROUTES[name], shared);
  }
  toSchema(problem, 'output', shared);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Adlift admin API',
      version: '1',
      description:
        'Errors are problem+json with a stable code. Each operation says in x-allowed which grants or roles open it.',
    },
    security: [{ key: [] }],
    paths,
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } }, schemas: shared },
  };
}

function operation(method: string, route: string, described: DescribedRoute, shared: JsonObject): JsonObject {
  const { summary, body, bodyType, status = 200, answer } = described;
  const needed = neededFor(method, route);
  const allowed = needed === undefined ? [] : 'scope' in needed ? [needed.scope] : PERMISSIONS[needed.permission];
  const schema = body === undefined ? undefined : toSchema(body, 'input', shared);
  const content =
    bodyType === undefined ? schema && { 'application/json': { schema } } : { [bodyType]: {} as JsonObject };
  return {
    summary,
    operationId: operationId(method, route),
    'x-allowed': allowed,
    parameters: parameters(route, described),
    ...(content === undefined ? {} : { requestBody: { required: body?.safeParse({}).success !== true, content } }),
    responses: {
      [status]: {
        description: status === 204 ? 'Done' : summary,
        ...(answer && { content: { 'application/json': { schema: toSchema(answer, 'output', shared) } } }),
      },
      default: { description: 'Refused', content: { 'application/problem+json': { schema: PROBLEM } } },
    },
  };
}

function parameters(route: string, { query, headers = [] }: DescribedRoute): JsonObject[] {
  const inPath = [...route.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true },
    schema: { type: 'string' },
  }));
  const inHeaders = headers.map((name) => ({
    ...{ name, in: 'header', description: HEADERS[name] },
    schema: { type: 'string' },
  }));
  return [...inPath, ...(query === undefined ? [] : inQuery(query)), ...inHeaders];
}

function inQuery(query: ZodObject): JsonObject[] {
  const { properties = {}, required = [] } = toSchema(query, 'input', {}) as {
    properties?: Record<string, JsonObject>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: 'query', required: required.includes(name) },
    schema,
  }));
}

/** A zod schema as JSON Schema; what has an id of its own goes to `shared` and is referred to. */
function toSchema(schema: ZodType, io: 'input' | 'output', shared: JsonObject): JsonObject {
  const whole = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: plain }) as JsonObject;
  const definitions = (whole['$defs'] ?? {}) as Record<string, JsonObject>;
  for (const [name, definition] of Object.entries(definitions)) shared[name] = referring(definition);
  const { id } = whole;
  if (typeof id !== 'string') return referring(whole);
  shared[id] = referring(whole);
  return { $ref: `#/components/schemas/${id}` };
}

/** The format says it; zod's pattern for it takes five lines. */
function plain({ jsonSchema }: { jsonSchema: { format?: string; pattern?: string } }): void {
  if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
}

/** A schema that stands in the document: its references point into the components, and what is known there is left out. */
function referring(schema: JsonObject): JsonObject {
  const own = Object.fromEntries(Object.entries(schema).filter(([name]) => !['$schema', '$defs', 'id'].includes(name)));
  return JSON.parse(JSON.stringify(own).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonObject;
}

/** "POST /v1/experiments/:key/start" as "postExperimentsKeyStart". */
function operationId(method: string, route: string): string {
  const words = route.replace('/v1/', '').split(/\W+/).filter(Boolean);
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
