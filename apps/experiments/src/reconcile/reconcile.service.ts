import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Repeating } from '@adlift/background';
import { ADVISORY_LOCKS, SoleClient } from '@adlift/persistence';
import { observe } from '@adlift/telemetry';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { reconcile } from './reconcile';

/** A day of millions of rows is counted anew in minutes, not in seconds. */
const TIMEOUT_MS = 1_800_000;

/** Compares, one day and one experiment at a time, the kept statistics with the raw rows they were made of. */
@Injectable()
export class ReconcileService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('reconcile');
  private readonly comparing = new Repeating({
    turn: async () => {
      await this.compare(Math.floor(Date.now() / this.config.RECONCILE_INTERVAL_MS));
      return this.config.RECONCILE_INTERVAL_MS;
    },
    failed: ({ message }) => {
      this.logger.warn(`nothing was compared this time: ${message}`);
      return this.config.RECONCILE_INTERVAL_MS;
    },
  });
  private readonly client: SoleClient;
  private mismatches = 0;
  private comparedAt = Date.now();

  constructor(@Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment) {
    this.client = new SoleClient(
      {
        ...{ connectionString: config.DATABASE_URL, application_name: 'adlift-reconcile' },
        statement_timeout: TIMEOUT_MS,
      },
      ADVISORY_LOCKS.reconcile,
    );
  }

  onApplicationBootstrap(): void {
    observe('adlift_reconcile_mismatches', 'Kept statistics that differ from the raw rows; must be 0', () => [
      [this.mismatches, {}],
    ]);
    observe('adlift_reconcile_age_seconds', 'Time since this process last compared statistics with raw rows', () => [
      [(Date.now() - this.comparedAt) / 1000, {}],
    ]);
    this.comparing.start(this.config.RECONCILE_INTERVAL_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    const ended = this.comparing.end();
    // A comparison may take minutes, and loses nothing by being cut off.
    await this.client.cutOff();
    await ended;
  }

  private async compare(turn: number): Promise<void> {
    const result = await this.client.work((client) => reconcile(client, turn));
    if (result === undefined) return;
    const { work, differing } = result;
    this.mismatches = differing.length;
    this.comparedAt = Date.now();
    if (differing.length > 0) {
      this.logger.error(
        `the statistics of day ${work.day ?? '-'} and experiment ${work.experiment ?? '-'} are not what the raw rows say: ${differing.join('; ')}`,
      );
    }
  }
}
