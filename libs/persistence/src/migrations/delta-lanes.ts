import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Units are split over two lanes, by the last two characters of their names, so that two folds may work side by side. A
 * delta of before, or of a writer that does not know of lanes, has none: a fold of all units takes it.
 */
export class DeltaLanes1795890000000 implements MigrationInterface {
  readonly name = 'DeltaLanes1795890000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE event_delta ADD COLUMN lane int');
    await runner.query(
      `CREATE FUNCTION unit_lane(unit text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
         RETURN (ascii(right(unit, 1)) + ascii(right(unit, 2)) / 2) & 1`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION unit_lane');
    await runner.query('ALTER TABLE event_delta DROP COLUMN lane');
  }
}
