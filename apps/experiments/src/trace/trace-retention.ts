import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Pool } from 'pg';
import { Repeating } from '@adlift/background';
import { withClient } from '@adlift/persistence';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { dropOldSpans } from './drop-old-spans';
import { TRACE_POOL } from './trace-store';

const INTERVAL_MS = 3_600_000;

/** Keeps spans for TRACE_RETENTION_DAYS: at the start and every hour the days before are dropped. */
@Injectable()
export class TraceRetention implements OnApplicationBootstrap {
  private readonly logger = new Logger('trace retention');
  private readonly hourly = new Repeating({
    turn: async () => {
      await this.dropOld();
      return INTERVAL_MS;
    },
    failed: ({ message }) => {
      this.logger.warn(`old spans stay for another hour: ${message}`);
      return INTERVAL_MS;
    },
  });

  constructor(
    @Inject(TRACE_POOL) private readonly pool: Pool,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {}

  onApplicationBootstrap(): void {
    this.hourly.start();
  }

  /** Before the pool ends. */
  stop(): Promise<void> {
    return this.hourly.end();
  }

  private async dropOld(): Promise<void> {
    const days = await withClient(this.pool, (client) =>
      dropOldSpans(client, this.config.TRACE_RETENTION_DAYS, Date.now()),
    );
    if (days.length > 0) this.logger.log(`dropped the spans of ${days.join(', ')}`);
  }
}
