import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What ad servers say they have sent, by arm, to be set against what is kept. */
export class EventTotals1795884900000 implements MigrationInterface {
  readonly name = 'EventTotals1795884900000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE event_total (
      experiment text NOT NULL REFERENCES experiment (key),
      phase int NOT NULL,
      variant text NOT NULL,
      impressions bigint NOT NULL CHECK (impressions >= 0),
      clicks bigint NOT NULL CHECK (clicks >= 0),
      reported_at timestamptz NOT NULL DEFAULT now(),
      reported_by text NOT NULL,
      PRIMARY KEY (experiment, phase, variant)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE event_total');
  }
}
