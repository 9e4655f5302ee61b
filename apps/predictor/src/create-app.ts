import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { answerUnreadable, ProblemFilter } from '@adlift/problem';
import { cutStragglers } from '@adlift/telemetry';
import { Credentials } from './access/credentials';
import { guardHttp } from './access/guard-http';
import { InferenceCatalogue } from './inference-protocol/inference-catalogue';
import { addInferenceRoutes } from './inference-protocol/inference-routes';
import { InferenceService } from './inference-protocol/inference.service';
import { PredictorModule } from './predictor.module';
import type { PredictorEnvironment } from './predictor-config';

const MAX_BODY_BYTES = 1024 * 1024;

/** The predictor, not yet listening: one way to make it, for `main` and for the tests. */
export async function createPredictorApp(config: PredictorEnvironment): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: MAX_BODY_BYTES, frameworkErrors: answerUnreadable });
  cutStragglers(adapter.getInstance());
  guardHttp(adapter, () => credentials);
  const app = await NestFactory.create<NestFastifyApplication>(PredictorModule.forRoot(config), adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  const credentials = app.get(Credentials);
  app.useLogger(app.get(Logger));
  app.useGlobalFilters(new ProblemFilter());
  if (config.ADLIFT_ROLES.has('predict'))
    addInferenceRoutes(adapter, app.get(InferenceService), app.get(InferenceCatalogue));
  return app;
}
