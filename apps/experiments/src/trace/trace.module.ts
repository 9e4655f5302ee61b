import { Inject, Logger, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import { openPool } from '@adlift/persistence';
import { observe, SpanWriter, telemetry } from '@adlift/telemetry';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { TraceIntake } from './trace-intake';
import { TraceRetention } from './trace-retention';
import { TRACE_POOL, TraceStore } from './trace-store';
import { TraceController } from './trace.controller';
import { TraceService } from './trace.service';

const DRAIN_MS = 3_000;

/** The trace store: its intake, its search, its retention. */
@Module({})
export class TraceModule implements OnApplicationShutdown {
  constructor(
    private readonly writer: SpanWriter,
    private readonly retention: TraceRetention,
    @Inject(TRACE_POOL) private readonly pool: Pool,
  ) {}

  static forRoot(config: ExperimentsEnvironment): DynamicModule {
    return {
      module: TraceModule,
      controllers: [TraceController],
      providers: [
        { provide: EXPERIMENTS_CONFIG, useValue: config },
        { provide: TRACE_POOL, useFactory: () => openTracePool(config.DATABASE_URL) },
        { provide: SpanWriter, inject: [TRACE_POOL], useFactory: openWriter },
        TraceIntake,
        TraceStore,
        TraceService,
        TraceRetention,
      ],
      exports: [SpanWriter],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.writer.close(DRAIN_MS), this.retention.stop()]);
    if (this.writer.dropped > 0) new Logger('traces').warn(`${this.writer.dropped} spans were lost`);
    await this.pool.end();
  }
}

function openTracePool(connectionString: string): Pool {
  return openPool({
    connectionString,
    application_name: 'adlift-traces',
    max: 4,
    connectionTimeoutMillis: 3000,
    statement_timeout: 15_000,
  });
}

/** The writer of what other services send, and of this process's own spans. */
function openWriter(pool: Pool): SpanWriter {
  const logger = new Logger('traces');
  const writer = new SpanWriter({
    pool,
    onUnavailable: (error) => logger.warn(`trace store away, will try again: ${error.message}`),
    onRefused: ({ traceId, spanId }, error) =>
      logger.warn(`span ${spanId} of trace ${traceId} refused by the store: ${error.message}`),
  });
  const { sink } = telemetry();
  sink.attach(writer);
  observe('adlift_spans', 'Spans of this process by what became of them', () => [
    [writer.stored, { result: 'stored' }],
    [writer.dropped + sink.dropped, { result: 'dropped' }],
    [writer.pending, { result: 'waiting' }],
  ]);
  return writer;
}
