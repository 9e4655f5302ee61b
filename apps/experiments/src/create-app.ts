import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Logger } from 'nestjs-pino';
import { awaitDatabase, migrate } from '@adlift/persistence';
import { answerUnreadable, ProblemFilter } from '@adlift/problem';
import { cutStragglers } from '@adlift/telemetry';
import { MAX_ID_BYTES } from '@adlift/wire';
import { AccessKeys } from './access/access-keys';
import { guardHttp } from './access/guard-http';
import { PageSession } from './access/page-session';
import { auditOperations } from './audit/audit-operations';
import { AuditService } from './audit/audit.service';
import { raiseAdsBodyLimit } from './catalogue/ads-body-limit';
import { ExperimentsModule } from './experiments.module';
import type { ExperimentsEnvironment } from './experiments-config';
import { addOtlpRoute } from './trace/otlp-route';
import { TraceIntake } from './trace/trace-intake';

/** Model files may be this large. */
const MAX_FILE_BYTES = 256 * 1024 * 1024;
/** A database that restarts at the same time is waited for. */
const DATABASE_PATIENCE_MS = 60_000;
const MAX_JSON_BYTES = 8 * 1024 * 1024;
/** An id of 128 bytes in a path, each byte as %XX. */
const MAX_PARAMETER_LENGTH = 3 * MAX_ID_BYTES;

/** The experiments app on an up-to-date schema, not yet listening: one way to make it, for `main` and for the tests. */
export async function createExperimentsApp(config: ExperimentsEnvironment): Promise<NestFastifyApplication> {
  await awaitDatabase(config.DATABASE_URL, DATABASE_PATIENCE_MS, ({ message }) =>
    console.error(`experiments: waiting for PostgreSQL: ${message}`),
  );
  await migrate(config.DATABASE_URL);
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_JSON_BYTES,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    frameworkErrors: answerUnreadable,
  });
  adapter
    .getInstance()
    .addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: MAX_FILE_BYTES },
      (_request, body, done) => done(null, body),
    );
  raiseAdsBodyLimit(adapter);
  cutStragglers(adapter.getInstance());
  guardHttp(adapter, { keys: () => keys, session: new PageSession(config.ADLIFT_PAGE_SESSION) });
  auditOperations(adapter, () => audit);
  const app = await NestFactory.create<NestFastifyApplication>(ExperimentsModule.forRoot(config), adapter, {
    bufferLogs: true,
    abortOnError: false,
  });
  const keys = app.get(AccessKeys);
  const audit = app.get(AuditService);
  app.useLogger(app.get(Logger));
  app.useGlobalFilters(new ProblemFilter());
  addOtlpRoute(adapter, app.get(TraceIntake));
  return app;
}
