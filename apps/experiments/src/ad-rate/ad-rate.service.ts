import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import { Repeating } from '@adlift/background';
import { openPool, withClient } from '@adlift/persistence';
import { EXPERIMENTS_CONFIG, type ExperimentsEnvironment } from '../experiments-config';
import { countAdRates } from './count-ad-rates';

const DAY_MS = 86_400_000;
/** Days that are counted again each time: what is younger still changes much. */
const RECENT_DAYS = 2;
/** Days that predictors look at; each is counted again once in {@link FULL_EVERY} runs. */
const ALL_DAYS = 14;
const FULL_EVERY = 120;
/** At most this share of the time goes into counting. */
const BUSY_SHARE = 0.05;

/** Keeps each ad's impressions, clicks and conversions by day, for the priors of predictors. */
@Injectable()
export class AdRateService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ad rates');
  private readonly pool: Pool;
  private readonly counting = new Repeating({
    turn: () => this.count(),
    failed: ({ message }) => {
      this.logger.warn(`ads are not counted: ${message}`);
      return this.config.AD_RATES_REFRESH_MS;
    },
  });
  private turn = 0;

  constructor(@Inject(EXPERIMENTS_CONFIG) private readonly config: ExperimentsEnvironment) {
    this.pool = openPool({
      connectionString: config.DATABASE_URL,
      application_name: 'adlift-ad-rates',
      max: 1,
      statement_timeout: 300_000,
    });
  }

  onApplicationBootstrap(): void {
    this.counting.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.counting.end();
    await this.pool.end();
  }

  private async count(): Promise<number> {
    const started = performance.now();
    const days = lastDays(this.turn++ % FULL_EVERY === 0 ? ALL_DAYS : RECENT_DAYS);
    await withClient(this.pool, (client) => countAdRates(client, days));
    return Math.max(this.config.AD_RATES_REFRESH_MS, (performance.now() - started) / BUSY_SHARE);
  }
}

function lastDays(count: number): string[] {
  return Array.from({ length: count }, (_, ago) => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10));
}
