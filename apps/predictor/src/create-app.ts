import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { ProblemFilter } from '@adlift/problem';
import { PredictorModule } from './predictor.module';
import type { PredictorEnvironment } from './predictor-config';

const MAX_BODY_BYTES = 1024 * 1024;

/** The predictor, not yet listening: one way to make it, for `main` and for the tests. */
export async function createPredictorApp(config: PredictorEnvironment): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    PredictorModule.forRoot(config),
    new FastifyAdapter({ bodyLimit: MAX_BODY_BYTES }),
    { bufferLogs: true, abortOnError: false },
  );
  app.useLogger(app.get(Logger));
  app.useGlobalFilters(new ProblemFilter());
  return app;
}
