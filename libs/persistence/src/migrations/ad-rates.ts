import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What happened to each ad by day: what a predictor falls back to when no model can answer. */
export class AdRates1795651200000 implements MigrationInterface {
  readonly name = 'AdRates1795651200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE ad_rate_day (
      day date NOT NULL,
      placement text NOT NULL,
      campaign_id text NOT NULL,
      ad_id text NOT NULL,
      impressions bigint NOT NULL,
      clicks bigint NOT NULL,
      conversions bigint NOT NULL,
      PRIMARY KEY (day, placement, campaign_id, ad_id)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE ad_rate_day');
  }
}
