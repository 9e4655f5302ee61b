import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { migrate } from '@adlift/persistence';
import { ProblemFilter } from '@adlift/problem';
import { ExperimentsModule } from './experiments.module';
import type { ExperimentsEnvironment } from './experiments-config';
import { addOtlpRoute } from './trace/otlp-route';
import { TraceIntake } from './trace/trace-intake';

/** Model files may be this large. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;
const MAX_JSON_BYTES = 8 * 1024 * 1024;

/** The experiments app on an up-to-date schema, not yet listening: one way to make it, for `main` and for the tests. */
export async function createExperimentsApp(config: ExperimentsEnvironment): Promise<NestFastifyApplication> {
  await migrate(config.DATABASE_URL);
  const adapter = new FastifyAdapter({ bodyLimit: MAX_JSON_BYTES });
  adapter
    .getInstance()
    .addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: MAX_FILE_BYTES },
      (_request, body, done) => done(null, body),
    );
  const app = await NestFactory.create<NestFastifyApplication>(ExperimentsModule.forRoot(config), adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  app.useGlobalFilters(new ProblemFilter());
  addOtlpRoute(adapter, app.get(TraceIntake));
  return app;
}
