import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Pool } from 'pg';
import { withClient } from '@adlift/persistence';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { dropOldSpans } from './drop-old-spans';
import { TRACE_POOL } from './trace-store';

const INTERVAL_MS = 3_600_000;

/** Keeps spans for TRACE_RETENTION_DAYS: at the start and every hour the days before are dropped. */
@Injectable()
export class TraceRetention implements OnApplicationBootstrap {
  private readonly logger = new Logger('trace retention');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    @Inject(TRACE_POOL) private readonly pool: Pool,
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
  ) {}

  onApplicationBootstrap(): void {
    this.run();
    this.timer = setInterval(() => this.run(), INTERVAL_MS);
    this.timer.unref();
  }

  /** Before the pool ends. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private run(): void {
    this.running = this.dropOld().catch((error: Error) => {
      this.logger.warn(`old spans stay for another hour: ${error.message}`);
    });
  }

  private async dropOld(): Promise<void> {
    const days = await withClient(this.pool, (client) =>
      dropOldSpans(client, this.config.TRACE_RETENTION_DAYS, Date.now()),
    );
    if (days.length > 0) this.logger.log(`dropped the spans of ${days.join(', ')}`);
  }
}
