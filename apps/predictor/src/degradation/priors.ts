import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import { Repeating } from '@adlift/background';
import type { PredictRequest } from '@adlift/wire';
import { LEDGER_POOL } from '../ledger.module';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import { answerMemory } from '../serving/answer-memory';
import type { ServedModel } from '../serving/model-repository';
import { SmoothedRates, type AdCounts, type RateKind } from './smoothed-rates';

/** Rates for when nothing at all is known: those of display advertising are near these. */
const UNKNOWN = { ctr: 0.005, cvr: 0.02 } as const;
const DAYS = 14;
/** The ads with the most impressions; about 100 bytes each. */
const MAX_ADS = 200_000;
const RETRY_MS = 1_000;

interface Row {
  placement: string;
  campaign_id: string;
  ad_id: string;
  impressions: string;
  clicks: string;
  conversions: string;
}

/** Click and conversion rates by ad, held in memory and brought up to date from Postgres when it can be reached. */
@Injectable()
export class Priors implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('priors');
  private readonly refreshing = new Repeating({
    turn: async () => {
      this.rates = new SmoothedRates(await this.read());
      this.refreshedAt = Date.now();
      return this.config.PRIORS_REFRESH_MS;
    },
    failed: ({ message }, again) => {
      if (!again) this.logger.warn(`priors stay as they are: ${message}`);
      return Math.min(this.config.PRIORS_REFRESH_MS, RETRY_MS);
    },
  });
  private rates = new SmoothedRates([]);
  private refreshedAt: number | undefined;

  constructor(
    @Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment,
    @Inject(LEDGER_POOL) private readonly pool: Pool,
  ) {}

  /** Ads with rates of their own, and when they were read, Unix milliseconds. */
  get state(): { ads: number; refreshedAt: number | null } {
    return { ads: this.rates.size, refreshedAt: this.refreshedAt ?? null };
  }

  /**
   * Each candidate's rate, in (0, 1); the base rate of the model's training data stands above all others' parents.
   */
  of(
    kind: RateKind,
    model: ServedModel | undefined,
    request: PredictRequest,
    campaignIds: readonly string[],
  ): Float32Array {
    const base = model?.manifest.baseline.baseRate || UNKNOWN[kind];
    const { n, adIds, placement } = request;
    const rates = answerMemory.float32(n);
    this.rates.fill(kind, { placement, campaignIds, adIds }, base, rates);
    return rates;
  }

  onApplicationBootstrap(): void {
    this.refreshing.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.refreshing.end();
  }

  private async read(): Promise<AdCounts[]> {
    const { rows } = await this.pool.query<Row>(
      `SELECT placement, campaign_id, ad_id, sum(impressions) AS impressions, sum(clicks) AS clicks,
         sum(conversions) AS conversions
       FROM ad_rate_day WHERE day > current_date - $1::int
       GROUP BY placement, campaign_id, ad_id ORDER BY sum(impressions) DESC LIMIT $2`,
      [DAYS, MAX_ADS],
    );
    return rows.map((row) => ({
      placement: row.placement,
      campaignId: row.campaign_id,
      adId: row.ad_id,
      impressions: Number(row.impressions),
      clicks: Number(row.clicks),
      conversions: Number(row.conversions),
    }));
  }
}
