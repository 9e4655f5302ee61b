import { join } from 'node:path';
import { Global, Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import { openPool } from '@adlift/persistence';
import { Ledger } from '@adlift/ledger';
import { LedgerObservers } from './events/ledger-observers';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from './predictor-config';

/** Injection token of the predictor's connection pool. */
export const LEDGER_POOL = Symbol('LEDGER_POOL');

const DRAIN_MS = 6_000;

@Global()
@Module({
  providers: [
    LedgerObservers,
    {
      provide: LEDGER_POOL,
      inject: [PREDICTOR_CONFIG],
      useFactory: (config: PredictorEnvironment): Pool => {
        const pool = openPool({
          connectionString: config.DATABASE_URL,
          application_name: 'adlift-predictor',
          max: 6,
          connectionTimeoutMillis: 3000,
          statement_timeout: 30_000,
        });
        return pool;
      },
    },
    {
      provide: Ledger,
      inject: [PREDICTOR_CONFIG, LedgerObservers],
      useFactory: (config: PredictorEnvironment, observers: LedgerObservers): Promise<Ledger> =>
        Ledger.open({
          file: join(config.SPOOL_DIR ?? join(config.ADLIFT_HOME, 'spool'), 'ledger.db'),
          maxBytes: config.SPOOL_MAX_MB * 2 ** 20,
          databaseUrl: config.ADLIFT_ROLES.has('writer') ? config.DATABASE_URL : undefined,
          broker: config.AMQP_URL && { urls: config.AMQP_URL, shards: config.AMQP_SHARDS },
          onStored: (notice) => observers.stored(notice),
          onMoved: (notice) => observers.moved(notice),
          onAway: (message) => observers.away(message),
          onThreadDied: (error) => observers.threadDied(error),
          onDamage: (damage) => observers.damaged(damage),
        }).catch((error: Error) => {
          throw error.name === 'SpoolInUse'
            ? new Error(`${error.message}; give each predictor of a machine a SPOOL_DIR of its own`)
            : error;
        }),
    },
  ],
  exports: [LEDGER_POOL, Ledger],
})
export class LedgerModule implements OnApplicationShutdown {
  constructor(
    private readonly ledger: Ledger,
    @Inject(LEDGER_POOL) private readonly pool: Pool,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    const left = await this.ledger.close(DRAIN_MS);
    if (left > 0)
      new Logger('ledger').warn(`ended with ${left} records in the spool; they are moved on at the next start`);
    await this.pool.end();
  }
}
