import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was refused is kept as it came, so that it can be sent again once the cause is mended. */
export class Quarantine1795824000000 implements MigrationInterface {
  readonly name = 'Quarantine1795824000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE event_rejected ADD COLUMN report jsonb, ADD COLUMN replayed_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE event_rejected DROP COLUMN report, DROP COLUMN replayed_at');
  }
}
