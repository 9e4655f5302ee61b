import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Country and device of a unit as it came in, by which experiments are cut; empty where the request did not say. */
export class ExposureAttributes1795889100000 implements MigrationInterface {
  readonly name = 'ExposureAttributes1795889100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      "ALTER TABLE exposure ADD COLUMN country text NOT NULL DEFAULT '', ADD COLUMN device text NOT NULL DEFAULT ''",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE exposure DROP COLUMN country, DROP COLUMN device');
  }
}
