import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Client } from 'pg';
import { Repeating } from '@adlift/background';
import { ADVISORY_LOCKS, HeardClient } from '@adlift/persistence';
import { observe } from '@adlift/telemetry';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { applyRetention } from './retention';

const INTERVAL_MS = 3_600_000;
/** Not at once: a start is busy enough. */
const FIRST_MS = 60_000;
const LOCK_TIMEOUT_MS = 2000;

/** Drops what is older than it is to be kept, every hour, one process at a time. */
@Injectable()
export class RetentionService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('retention');
  private readonly hourly = new Repeating({
    turn: async (ending) => {
      await this.apply(ending);
      return INTERVAL_MS;
    },
    failed: ({ message }) => {
      this.failed++;
      this.logger.warn(`what is too old stays for another hour: ${message}`);
      return INTERVAL_MS;
    },
  });
  private client: Client | undefined;
  private failed = 0;

  constructor(@Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment) {}

  onApplicationBootstrap(): void {
    observe('adlift_retention_failures', 'Runs of this process that could not drop what is too old', () => [
      [this.failed, {}],
    ]);
    this.hourly.start(FIRST_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    const ended = this.hourly.end();
    // Every day is dropped in a transaction of its own: what is cut off is done another time.
    await this.client?.end().catch(() => undefined);
    await ended;
  }

  private async apply(ending: AbortSignal): Promise<void> {
    const { DATABASE_URL: databaseUrl, RETENTION_EXPORT_DIR: exportFolder } = this.config;
    const client = new HeardClient({
      ...{ connectionString: databaseUrl, application_name: 'adlift-retention' },
      // Writers must not stand in a queue behind a drop that waits for one of them.
      lock_timeout: LOCK_TIMEOUT_MS,
    });
    this.client = client;
    try {
      await client.connect();
      const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [
        ADVISORY_LOCKS.retention,
      ]);
      if (rows[0]?.mine !== true) return;
      await applyRetention({
        ...{ client, databaseUrl, exportFolder, nowMs: Date.now(), signal: ending },
        eventDays: this.config.EVENT_RETENTION_DAYS,
        predictionDays: this.config.PREDICTION_RETENTION_DAYS,
        rejectedDays: this.config.REJECTED_RETENTION_DAYS,
        log: (line) => this.logger.log(line),
      });
    } finally {
      this.client = undefined;
      // The lock ends with the connection.
      await client.end().catch(() => undefined);
    }
  }
}
