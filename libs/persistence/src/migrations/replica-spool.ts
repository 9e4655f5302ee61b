import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each predictor holds that PostgreSQL does not have yet: a number must not be believed while much is missing. */
export class ReplicaSpool1795829400000 implements MigrationInterface {
  readonly name = 'ReplicaSpool1795829400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE replica ADD COLUMN spooled bigint NOT NULL DEFAULT 0, ADD COLUMN spool_lag_ms bigint NOT NULL DEFAULT 0`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE replica DROP COLUMN spooled, DROP COLUMN spool_lag_ms');
  }
}
