import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { ZodType } from 'zod';
import {
  auditAnswer,
  experimentAnswer,
  experimentPageAnswer,
  explanationAnswer,
  keysAnswer,
  madeKeyAnswer,
  metricsAnswer,
  phasesAnswer,
  problem,
  revisionsAnswer,
  validationAnswer,
} from '../../../apps/experiments/src/openapi/answers';
import { experimentBody, publishTreatment, startExperiment } from '../experiments/test-experiment';
import { TestApps } from '../setup/test-apps';

const KEY = 'described';
const FILE = join(__dirname, '..', '..', '..', 'docs', 'openapi.json');

describe('the document of the admin API', () => {
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start({ ownsFlags: true, environment: 'development' });
    await publishTreatment(apps);
    await startExperiment(apps, KEY);
  }, 180_000);
  afterAll(() => apps.stop());

  async function ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(`${apps.experimentsUrl}/v1/${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return answer.json();
  }

  it('is served as it is committed', async () => {
    expect(await ask('GET', 'openapi.json')).toEqual(JSON.parse(readFileSync(FILE, 'utf8')));
  });

  it('names every route under /v1 that is served, and no other', async () => {
    const { paths } = (await ask('GET', 'openapi.json')) as { paths: Record<string, Record<string, unknown>> };
    const named = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const adapter = apps.experiments.getHttpAdapter() as FastifyAdapter;
    expect(named.sort()).toEqual(servedRoutes(adapter.getInstance().printRoutes({ commonPrefix: false })).sort());
  });

  it.each<[string, string, unknown, ZodType]>([
    ['GET', `experiments/${KEY}`, undefined, experimentAnswer],
    ['GET', 'experiments', undefined, experimentPageAnswer],
    ['GET', `experiments/${KEY}/phases`, undefined, phasesAnswer],
    ['GET', `experiments/${KEY}/revisions`, undefined, revisionsAnswer],
    ['POST', `experiments/${KEY}/approve`, {}, experimentAnswer],
    ['POST', `experiments/${KEY}/pause?dryRun=true`, {}, experimentAnswer],
    ['POST', 'experiments/validate', experimentBody('described-next'), validationAnswer],
    ['POST', 'assignments/explain', { experiment: KEY, unitId: 'u' }, explanationAnswer],
    ['POST', 'keys', { name: 'somebody', grants: ['viewer'] }, madeKeyAnswer],
    ['GET', 'keys', undefined, keysAnswer],
    ['GET', 'metrics', undefined, metricsAnswer],
    ['GET', 'audit', undefined, auditAnswer],
    ['GET', 'experiments/nobody', undefined, problem],
  ])('says what %s %s answers', async (method, path, body, schema) => {
    const parsed = schema.safeParse(await ask(method, path, body));
    expect(parsed.error?.issues ?? []).toEqual([]);
  });
});

/** Fastify's drawing of its routes as "GET /v1/ads/{adId}", those that every GET has for HEAD left out. */
function servedRoutes(drawing: string): string[] {
  const above: string[] = [];
  return drawing.split('\n').flatMap((line) => {
    const [, indent = '', path = '', methods] = /^([│ ├└─]*)(\S+)(?: \((.*)\))?$/.exec(line) ?? [];
    const depth = indent.length / 4;
    above.splice(depth - 1, Infinity, path);
    const route = above.join('').replace(/:(\w+)/g, '{$1}');
    if (methods === undefined || !route.startsWith('/v1/')) return [];
    return methods
      .split(', ')
      .filter((method) => method !== 'HEAD')
      .map((method) => `${method} ${route}`);
  });
}
