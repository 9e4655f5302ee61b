import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Repeating } from '@adlift/background';
import { ADVISORY_LOCKS, SoleClient } from '@adlift/persistence';
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
  private readonly client: SoleClient;
  private failed = 0;

  constructor(@Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment) {
    this.client = new SoleClient(
      {
        ...{ connectionString: config.DATABASE_URL, application_name: 'adlift-retention' },
        // Writers must not stand in a queue behind a drop that waits for one of them.
        lock_timeout: LOCK_TIMEOUT_MS,
      },
      ADVISORY_LOCKS.retention,
    );
  }

  onApplicationBootstrap(): void {
    observe('adlift_retention_failures', 'Runs of this process that could not drop what is too old', () => [
      [this.failed, {}],
    ]);
    this.hourly.start(FIRST_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    const ended = this.hourly.end();
    // Every day is dropped in a transaction of its own: what is cut off is done another time.
    await this.client.cutOff();
    await ended;
  }

  private async apply(ending: AbortSignal): Promise<void> {
    const { DATABASE_URL: databaseUrl, RETENTION_EXPORT_DIR: exportFolder } = this.config;
    await this.client.work((client) =>
      applyRetention({
        ...{ client, databaseUrl, exportFolder, nowMs: Date.now(), signal: ending },
        eventDays: this.config.EVENT_RETENTION_DAYS,
        predictionDays: this.config.PREDICTION_RETENTION_DAYS,
        rejectedDays: this.config.REJECTED_RETENTION_DAYS,
        log: (line) => this.logger.log(line),
      }),
    );
  }
}
