import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Pool } from 'pg';
import { KeyRegistry, StoredKeys } from '@adlift/access';
import { LEDGER_POOL } from '../ledger.module';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';

export type { Caller } from '@adlift/access';

/**
 * The keys of this predictor's callers: those of its environment, and those in PostgreSQL, which is never asked during
 * a call. While it is away the keys that were last read stay in force.
 */
@Injectable()
export class Credentials extends KeyRegistry implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly mirror: StoredKeys;

  constructor(@Inject(PREDICTOR_CONFIG) config: PredictorEnvironment, @Inject(LEDGER_POOL) database: Pool) {
    super(config.ADLIFT_CREDENTIALS, config.ADLIFT_OPEN_ACCESS);
    const logger = new Logger('access');
    this.mirror = new StoredKeys({
      database,
      registry: this,
      refreshMs: config.KEYS_REFRESH_MS,
      onTrouble: ({ message }) => logger.warn(`keys cannot be read; those known stay in force: ${message}`),
    });
  }

  onApplicationBootstrap(): void {
    this.mirror.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.mirror.end();
  }
}
