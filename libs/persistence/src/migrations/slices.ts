import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Moments of an experiment's arms by what it can be cut by: counted anew from time to time, not kept by the fold. */
export class Slices1795880400000 implements MigrationInterface {
  readonly name = 'Slices1795880400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE exp_slice (
        dimension text NOT NULL,
        value text NOT NULL,
        counted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        LIKE exp_moments INCLUDING DEFAULTS,
        PRIMARY KEY (experiment, phase, dimension, value, variant)
      )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE exp_slice');
  }
}
