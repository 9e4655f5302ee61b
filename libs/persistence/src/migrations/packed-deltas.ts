import type { MigrationInterface, QueryRunner } from 'typeorm';

const KEY = 'experiment, phase, variant, day, assignment_set, kind, prediction_id, idx, event_time, appended_at';
const OTHERS = 'exposures, clicks, conversions, hides, value_micros';
const PACKED: readonly (readonly [sum: string, type: string])[] = [
  ['impressions', 'int'],
  ['fallback_impressions', 'int'],
  ['predicted_clicks_e9', 'bigint'],
  ['charged_micros', 'bigint'],
];
const NAMES = PACKED.map(([sum]) => sum);
const ARRAYS = ['units', ...NAMES.map((sum) => `${sum}_of`)];

/**
 * A delta may hold the impressions of many units of one day and list of assignments, in arrays, instead of those of one.
 * `waiting_delta` shows all as if they were of one unit each.
 */
export class PackedDeltas1795889700000 implements MigrationInterface {
  readonly name = 'PackedDeltas1795889700000';

  async up(runner: QueryRunner): Promise<void> {
    // A fold of before cannot count a delta without a unit, and leaves it where it is.
    await runner.query(
      `ALTER TABLE event_delta ALTER COLUMN unit DROP NOT NULL, ADD COLUMN units text[],
         ${PACKED.map(([sum, type]) => `ADD COLUMN ${sum}_of ${type}[]`).join(', ')},
         ADD CONSTRAINT event_delta_units CHECK (num_nonnulls(unit, units) = 1)`,
    );
    // A row lives for seconds: compressing it, or putting its arrays elsewhere, costs more than it saves.
    await runner.query(
      `ALTER TABLE event_delta SET (toast_tuple_target = 8160),
         ${ARRAYS.map((column) => `ALTER COLUMN ${column} SET STORAGE EXTERNAL`).join(', ')}`,
    );
    await runner.query(
      `CREATE VIEW waiting_delta AS
         SELECT id, unit, ${KEY}, ${OTHERS}, ${NAMES.join(', ')} FROM event_delta WHERE units IS NULL
         UNION ALL ${unpacked('id, ')}`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `INSERT INTO event_delta (unit, ${KEY}, ${OTHERS}, ${NAMES.join(', ')}) ${unpacked('')} ORDER BY id`,
    );
    await runner.query('DELETE FROM event_delta WHERE units IS NOT NULL');
    await runner.query('DROP VIEW waiting_delta');
    await runner.query(
      `ALTER TABLE event_delta DROP CONSTRAINT event_delta_units, ALTER COLUMN unit SET NOT NULL, RESET (toast_tuple_target),
         ${ARRAYS.map((column) => `DROP COLUMN ${column}`).join(', ')}`,
    );
  }
}

function unpacked(id: string): string {
  return `SELECT ${id}packed.unit, ${KEY}, ${OTHERS}, ${NAMES.map((sum) => `packed.${sum}`).join(', ')}
    FROM event_delta CROSS JOIN LATERAL unnest(${ARRAYS.join(', ')}) AS packed (unit, ${NAMES.join(', ')})
    WHERE units IS NOT NULL`;
}
