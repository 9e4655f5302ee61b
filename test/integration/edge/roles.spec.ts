import { connect } from 'node:net';
import { once } from 'node:events';
import { freePorts } from '../../../tools/stack/free-ports';
import { TestApps } from '../setup/test-apps';
import { edge } from './edge-calls';

describe('a predictor with some of the roles', () => {
  it('listens on the ports of its roles only, and answers health on the HTTP port in any case', async () => {
    const apps = await TestApps.start({ predictor: { ADLIFT_ROLES: 'edge,writer' } });
    try {
      expect(await edge(apps, '/t/i/forged')).toMatchObject({ status: 200, type: 'image/gif' });
      expect((await fetch(`${apps.predictorUrl}/livez`)).status).toBe(200);
      for (const path of ['/v1/predict', '/v1/events', '/v2/models/click-lr/infer']) {
        expect((await apps.post(path, {})).status).toBe(404);
      }
      const [host = '', port = ''] = apps.grpcAddress.split(':');
      const [error] = (await once(connect(Number(port), host), 'error')) as [{ code: string }];
      expect(error.code).toBe('ECONNREFUSED');
    } finally {
      await apps.stop();
    }
  }, 60_000);

  it('names the variable of a port that is in use', async () => {
    const [taken = 0] = await freePorts(1);
    const ports = { PREDICTOR_EDGE_PORT: String(taken), PREDICTOR_HTTP_PORT: String(taken) };
    await expect(TestApps.start({ predictor: ports })).rejects.toThrow(
      `port ${taken} is in use; move it with PREDICTOR_EDGE_PORT`,
    );
  }, 60_000);
});
