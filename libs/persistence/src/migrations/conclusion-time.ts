import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When an experiment was concluded; unknown of those that were before. */
export class ConclusionTime1795889700000 implements MigrationInterface {
  readonly name = 'ConclusionTime1795889700000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE experiment ADD COLUMN concluded_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE experiment DROP COLUMN concluded_at');
  }
}
