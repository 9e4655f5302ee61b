import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import { KeyRegistry, StoredKeys } from '@adlift/access';
import { openPool } from '@adlift/persistence';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';

/** The keys of this app's callers: those of its environment, and those in PostgreSQL. */
@Injectable()
export class AccessKeys extends KeyRegistry implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly pool: Pool;
  private readonly mirror: StoredKeys;

  constructor(@Inject(EXPERIMENTS_CONFIG) config: ExperimentsEnvironment) {
    super(config.ADLIFT_CREDENTIALS, config.ADLIFT_OPEN_ACCESS);
    const logger = new Logger('access');
    this.pool = openPool({
      connectionString: config.DATABASE_URL,
      application_name: 'adlift-keys',
      max: 1,
      connectionTimeoutMillis: 5000,
      statement_timeout: 5000,
    });
    this.mirror = new StoredKeys({
      database: this.pool,
      registry: this,
      refreshMs: config.KEYS_REFRESH_MS,
      onTrouble: ({ message }) => logger.warn(`keys cannot be read; those known stay in force: ${message}`),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.mirror.refresh();
    this.mirror.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.mirror.end();
    await this.pool.end();
  }

  /** Resolves when this process goes by what the table says now; others follow within KEYS_REFRESH_MS. */
  refresh(): Promise<void> {
    return this.mirror.refresh();
  }
}
