import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readConfig } from '@adlift/config';
import { createPredictorApp } from '../../../apps/predictor/src/create-app';
import { GrpcServer } from '../../../apps/predictor/src/grpc/grpc-server';
import { predictorEnvironment } from '../../../apps/predictor/src/predictor-config';
import { freePorts } from '../../../tools/stack/free-ports';
import { REFRESH_MS, type TestApps } from '../setup/test-apps';
import { testServers } from '../setup/test-servers';

export interface LonePredictor {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly grpcAddress: string;
}

/** One more predictor beside the apps, listening before it has any model. */
export async function startLonePredictor(apps: TestApps, experimentsUrl: string, home: string): Promise<LonePredictor> {
  const { unleashUrl, unleashClientTokens } = testServers();
  const [httpPort = 0, grpcPort = 0] = await freePorts(2);
  const app = await createPredictorApp(
    readConfig(predictorEnvironment, {
      ADLIFT_LOG_LEVEL: 'error',
      ADLIFT_HOME: home,
      DATABASE_URL: apps.database.url,
      EXPERIMENTS_URL: experimentsUrl.replace(/\/$/, ''),
      PREDICTOR_HTTP_PORT: String(httpPort),
      PREDICTOR_GRPC_PORT: String(grpcPort),
      UNLEASH_URL: unleashUrl,
      UNLEASH_CLIENT_TOKEN: unleashClientTokens.development,
      UNLEASH_REFRESH_MS: String(REFRESH_MS),
      MODEL_REFRESH_MS: String(REFRESH_MS),
      ADLIFT_OPEN_ACCESS: 'true',
      ADLIFT_TOKEN_KEYS: `1:${randomBytes(32).toString('base64')}`,
    }),
  );
  await app.listen(httpPort, '127.0.0.1');
  await app.get(GrpcServer).listen();
  return { app, url: `http://127.0.0.1:${httpPort}`, grpcAddress: `127.0.0.1:${grpcPort}` };
}
