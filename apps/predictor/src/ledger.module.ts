import { Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Pool } from 'pg';
import { LedgerWriter, ShadowLog } from '@adlift/ledger';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from './predictor-config';

/** Injection token of the predictor's connection pool. */
export const LEDGER_POOL = Symbol('LEDGER_POOL');

/** Rows of the prediction log that may wait in memory; about 2 kB each. */
const MAX_PENDING_PREDICTIONS = 20_000;
const MAX_PENDING_SHADOW_SCORES = 10_000;
const DRAIN_MS = 6_000;

@Global()
@Module({
  providers: [
    {
      provide: LEDGER_POOL,
      inject: [PREDICTOR_CONFIG],
      useFactory: (config: PredictorEnvironment): Pool => {
        const pool = new Pool({
          connectionString: config.DATABASE_URL,
          application_name: 'adlift-predictor',
          max: 6,
          connectionTimeoutMillis: 3000,
          statement_timeout: 30_000,
        });
        // An idle connection that the server closes must not end the process.
        pool.on('error', () => undefined);
        return pool;
      },
    },
    {
      provide: LedgerWriter,
      inject: [LEDGER_POOL, PREDICTOR_CONFIG],
      useFactory: (pool: Pool, config: PredictorEnvironment): LedgerWriter => {
        const logger = new Logger('ledger');
        return new LedgerWriter({
          pool,
          maxPendingExposures: config.MAX_PENDING_EXPOSURES,
          maxPendingPredictions: MAX_PENDING_PREDICTIONS,
          onUnavailable: (error) => logger.warn(`event store away, will try again: ${error.message}`),
          onRefused: (what, error) => logger.error(`${what} refused by the event store: ${error.message}`),
        });
      },
    },
    {
      provide: ShadowLog,
      inject: [LEDGER_POOL],
      useFactory: (pool: Pool): ShadowLog => {
        const logger = new Logger('shadow');
        return new ShadowLog({
          pool,
          maxPending: MAX_PENDING_SHADOW_SCORES,
          onUnavailable: (error) => logger.warn(`shadow scores not stored yet, will try again: ${error.message}`),
          onRefused: (error) => logger.error(`shadow score refused by the event store: ${error.message}`),
        });
      },
    },
  ],
  exports: [LEDGER_POOL, LedgerWriter, ShadowLog],
})
export class LedgerModule implements OnApplicationShutdown {
  constructor(
    private readonly ledger: LedgerWriter,
    private readonly shadows: ShadowLog,
    @Inject(LEDGER_POOL) private readonly pool: Pool,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    const [left] = await Promise.all([this.ledger.close(DRAIN_MS), this.shadows.close(DRAIN_MS)]);
    if (left.exposures + left.predictions > 0) {
      new Logger('ledger').error(`ended with ${left.exposures} exposures and ${left.predictions} log rows not stored`);
    }
    await this.pool.end();
  }
}
