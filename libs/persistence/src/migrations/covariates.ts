import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sums of units' metrics with the same before the experiment: counted anew from time to time, not kept by the fold. */
export class Covariates1795888500000 implements MigrationInterface {
  readonly name = 'Covariates1795888500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE exp_covariate (
      experiment text NOT NULL,
      phase int NOT NULL,
      variant text NOT NULL,
      metric text NOT NULL,
      days int NOT NULL,
      counted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      units numeric NOT NULL,
      sums numeric[] NOT NULL,
      products numeric[] NOT NULL,
      PRIMARY KEY (experiment, phase, variant, metric)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE exp_covariate');
  }
}
