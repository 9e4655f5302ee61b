import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import { openPool } from '@adlift/persistence';
import { observe, SpanWriter, telemetry } from '@adlift/telemetry';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';

const DRAIN_MS = 2_000;

/** Sends this process's kept spans to the trace store, on a connection of its own: traces never make events wait. */
@Injectable()
export class SpanStorage implements OnApplicationShutdown {
  private readonly pool: Pool;
  private readonly writer: SpanWriter;

  constructor(@Inject(PREDICTOR_CONFIG) config: PredictorEnvironment) {
    this.pool = openPool({
      connectionString: config.DATABASE_URL,
      application_name: 'adlift-predictor-spans',
      max: 1,
      connectionTimeoutMillis: 3000,
      statement_timeout: 30_000,
    });
    const logger = new Logger('trace');
    this.writer = new SpanWriter({
      pool: this.pool,
      onUnavailable: (error) => logger.debug(`trace store away, spans wait: ${error.message}`),
      onRefused: (_span, error) => logger.warn(`span refused by the trace store: ${error.message}`),
    });
    const { sink } = telemetry();
    sink.attach(this.writer);
    observe('adlift_spans', 'Spans of this process by what became of them', () => [
      [this.writer.stored, { result: 'stored' }],
      [this.writer.dropped + sink.dropped, { result: 'dropped' }],
      [this.writer.pending, { result: 'waiting' }],
    ]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.writer.close(DRAIN_MS);
    await this.pool.end();
  }
}
