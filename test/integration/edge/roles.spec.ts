import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@adlift/config';
import { createPredictorApp } from '../../../apps/predictor/src/create-app';
import { listen } from '../../../apps/predictor/src/listen';
import { predictorEnvironment } from '../../../apps/predictor/src/predictor-config';
import { freePorts } from '../../../tools/stack/free-ports';
import { TestApps } from '../setup/test-apps';
import { testServers } from '../setup/test-servers';
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
    const occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const { port: taken } = occupant.address() as AddressInfo;
    const [http = 0] = await freePorts(1);
    const home = mkdtempSync(join(tmpdir(), 'adlift-roles-'));
    const config = readConfig(predictorEnvironment, {
      ADLIFT_ROLES: 'edge',
      ADLIFT_LOG_LEVEL: 'error',
      ADLIFT_OPEN_ACCESS: 'true',
      ADLIFT_HOME: home,
      ADLIFT_TOKEN_KEYS: `1:${randomBytes(32).toString('base64')}`,
      DATABASE_URL: testServers().postgres,
      UNLEASH_URL: testServers().unleashUrl,
      UNLEASH_CLIENT_TOKEN: testServers().unleashClientTokens.development,
      PREDICTOR_HTTP_PORT: String(http),
      PREDICTOR_EDGE_PORT: String(taken),
    });
    const app = await createPredictorApp(config);
    try {
      await expect(listen(app, config)).rejects.toThrow(`port ${taken} is in use; move it with PREDICTOR_EDGE_PORT`);
    } finally {
      await app.close();
      occupant.close();
      rmSync(home, { recursive: true, force: true });
    }
  }, 60_000);
});
