import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an exposed unit did in the days before its experiment, as it was when the unit was first looked at. */
export class CovariateUnits1795889400000 implements MigrationInterface {
  readonly name = 'CovariateUnits1795889400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE covariate_unit (
      unit text NOT NULL,
      experiment text NOT NULL,
      began date NOT NULL,
      is_new boolean NOT NULL,
      impressions bigint NOT NULL,
      clicks bigint NOT NULL,
      conversions bigint NOT NULL,
      hides bigint NOT NULL,
      fallback_impressions bigint NOT NULL,
      charged_micros numeric NOT NULL,
      predicted_clicks_e9 numeric NOT NULL,
      PRIMARY KEY (unit, experiment)
    )`);
    await runner.query('CREATE INDEX covariate_unit_experiment ON covariate_unit (experiment)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE covariate_unit');
  }
}
