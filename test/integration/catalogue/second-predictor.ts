import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfig } from '@adlift/config';
import { createPredictorApp } from '../../../apps/predictor/src/create-app';
import { predictorEnvironment } from '../../../apps/predictor/src/predictor-config';
import { freePorts } from '../../../tools/stack/free-ports';
import { REFRESH_MS, type TestApps } from '../setup/test-apps';
import { testServers } from '../setup/test-servers';

/** Another predictor beside that of `apps`, with a home and, in `extra`, variables of its own; the caller closes it. */
export async function startPredictor(
  apps: TestApps,
  home: string,
  databaseUrl: string,
  extra: Readonly<Record<string, string>> = {},
): Promise<{ app: NestFastifyApplication; url: string }> {
  const servers = testServers();
  const [httpPort = 0, grpcPort = 0] = await freePorts(2);
  const app = await createPredictorApp(
    readConfig(predictorEnvironment, {
      ADLIFT_LOG_LEVEL: 'error',
      ADLIFT_HOME: home,
      DATABASE_URL: databaseUrl,
      EXPERIMENTS_URL: apps.experimentsUrl,
      PREDICTOR_HTTP_PORT: String(httpPort),
      PREDICTOR_GRPC_PORT: String(grpcPort),
      UNLEASH_URL: servers.unleashUrl,
      UNLEASH_CLIENT_TOKEN: servers.unleashClientTokens.development,
      UNLEASH_REFRESH_MS: String(REFRESH_MS),
      MODEL_REFRESH_MS: String(REFRESH_MS),
      ADLIFT_OPEN_ACCESS: 'true',
      ADLIFT_TOKEN_KEYS: `1:${randomBytes(32).toString('base64')}`,
      ...extra,
    }),
  );
  await app.listen(httpPort, '127.0.0.1');
  return { app, url: `http://127.0.0.1:${httpPort}` };
}
