import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DataSource } from 'typeorm';
import { readConfig } from '@adlift/config';
import { experimentsEnvironment } from '../experiments-config';
import { OverviewService, type ServiceHealth } from './overview.service';
import { PageFiles } from './page-files';

const STATUS = { models: { loaded: [1, 2] }, predictions: { requests: 30, fallbacks: 4 } };

/** A database as far as the overview asks it. */
function fakeSource(error?: Error): DataSource {
  const query = (): Promise<unknown> => (error === undefined ? Promise.resolve([]) : Promise.reject(error));
  return { query } as unknown as DataSource;
}

describe('the overview', () => {
  let predictor: Server;
  let answers: Record<string, [number, unknown]>;
  let url: string;

  beforeEach(async () => {
    predictor = createServer((request, response) => {
      const [status, body] = answers[request.url ?? ''] ?? [404, {}];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(predictor, 'listening');
    url = `http://127.0.0.1:${(predictor.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    predictor.closeAllConnections();
    predictor.close();
  });

  async function health(source = fakeSource()): Promise<readonly ServiceHealth[]> {
    const config = readConfig(experimentsEnvironment, {
      DATABASE_URL: 'postgres://localhost/none',
      UNLEASH_URL: 'http://unleash.test',
      UNLEASH_ADMIN_TOKEN: 'token',
      PREDICTOR_URL: url,
      ADLIFT_OPEN_ACCESS: 'true',
    });
    return (await new OverviewService(config, source, new PageFiles()).overview()).services;
  }

  it('says what the predictor has done while all is well', async () => {
    answers = { '/readyz': [200, { status: 'ok' }], '/v1/status': [200, STATUS] };
    expect(await health()).toEqual([
      { name: 'experiments', status: 'ok', detail: 'database reachable' },
      { name: 'predictor', status: 'ok', detail: '2 models, 30 predictions, 4 from a fallback' },
    ]);
  });

  it('says that the predictor answers without its event store', async () => {
    answers = { '/readyz': [200, { status: 'degraded' }], '/v1/status': [200, STATUS] };
    expect((await health())[1]).toMatchObject({
      status: 'degraded',
      detail: expect.stringContaining('store') as string,
    });
  });

  it('has the words of a predictor that is not ready', async () => {
    answers = { '/readyz': [503, { status: 503, detail: 'no model is loaded yet' }], '/v1/status': [200, STATUS] };
    expect((await health())[1]).toEqual({ name: 'predictor', status: 'down', detail: 'no model is loaded yet' });
  });

  it('tells a predictor that is not there or is something else', async () => {
    answers = { '/readyz': [200, { status: 'ok' }], '/v1/status': [200, { something: 'else' }] };
    expect((await health())[1]?.status).toBe('down');
    predictor.closeAllConnections();
    predictor.close();
    expect((await health())[1]).toMatchObject({ status: 'down', detail: `no answer from ${url}: ECONNREFUSED` });
  });

  it('tells that the database is away', async () => {
    answers = {};
    expect((await health(fakeSource(new Error('connection refused'))))[0]).toEqual({
      name: 'experiments',
      status: 'down',
      detail: 'the database is away: connection refused',
    });
  });
});
