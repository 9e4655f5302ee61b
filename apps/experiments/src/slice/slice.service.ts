import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Client } from 'pg';
import { Repeating } from '@adlift/background';
import { keepSlices, SLICE_DIMENSIONS } from '@adlift/ledger';
import { ADVISORY_LOCKS, SoleClient } from '@adlift/persistence';
import { CovariateCount } from '../cuped/covariate-count';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { SliceStore, type SlicedExperiment } from './slice-store';

/** Ten million impressions are cut by one dimension in about a minute. */
const TIMEOUT_MS = 1_800_000;
/** At most this share of the time goes into counting. */
const BUSY_SHARE = 0.05;

/** Counts the covariates and the slices of experiments that have begun, one process at a time. */
@Injectable()
export class SliceService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('slices');
  private readonly client: SoleClient;
  private readonly counting = new Repeating({
    turn: async (ending) => {
      const started = performance.now();
      await this.count(ending);
      return Math.max(this.config.SLICES_REFRESH_MS, (performance.now() - started) / BUSY_SHARE);
    },
    failed: ({ message }) => {
      this.logger.warn(`slices stay as they are: ${message}`);
      return this.config.SLICES_REFRESH_MS;
    },
  });

  constructor(
    @Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment,
    private readonly store: SliceStore,
    private readonly covariates: CovariateCount,
  ) {
    this.client = new SoleClient(
      {
        ...{ connectionString: config.DATABASE_URL, application_name: 'adlift-slices' },
        statement_timeout: TIMEOUT_MS,
      },
      ADVISORY_LOCKS.slices,
    );
  }

  onApplicationBootstrap(): void {
    this.counting.start(this.config.SLICES_REFRESH_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    const ended = this.counting.end();
    // A count may take minutes, and loses nothing by being cut off.
    await this.client.cutOff();
    await ended;
  }

  private async count(ending: AbortSignal): Promise<void> {
    const experiments = await this.store.open();
    if (experiments.length === 0) return;
    await this.client.work(async (client) => {
      let trouble: Error | undefined;
      for (const experiment of experiments) {
        if (ending.aborted) return;
        // One that cannot be counted, or not in time, does not keep the others from it.
        await this.countOne(client, experiment, ending).catch((error: Error) => (trouble ??= error));
      }
      if (trouble !== undefined && !ending.aborted) throw trouble;
    });
  }

  private async countOne(client: Client, { key, phase }: SlicedExperiment, ending: AbortSignal): Promise<void> {
    await this.covariates.count(client, key);
    for (const dimension of SLICE_DIMENSIONS) {
      if (ending.aborted) return;
      await keepSlices(client, key, phase, dimension);
    }
  }
}
