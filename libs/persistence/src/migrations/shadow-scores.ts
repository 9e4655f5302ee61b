import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What shadow variants said of requests that others answered, beside what was answered. */
export class ShadowScores1795741200000 implements MigrationInterface {
  readonly name = 'ShadowScores1795741200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE shadow_score (
      day date NOT NULL,
      prediction_id uuid NOT NULL,
      experiment text NOT NULL,
      phase int NOT NULL,
      variant text NOT NULL,
      shadow text NOT NULL,
      model text NOT NULL,
      bundle_digest text NOT NULL,
      pctr_served real[] NOT NULL,
      pctr_shadow real[] NOT NULL,
      rate double precision NOT NULL,
      scored_us int NOT NULL,
      PRIMARY KEY (day, prediction_id, experiment, shadow)
    ) PARTITION BY RANGE (day)`);
    await runner.query('CREATE INDEX shadow_score_phase ON shadow_score (experiment, phase)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE shadow_score');
  }
}
