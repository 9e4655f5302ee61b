import type { MigrationInterface, QueryRunner } from 'typeorm';

const ADDED: readonly (readonly [name: string, sql: string])[] = [
  ['sum_predicted_clicks_e9', 'sum(predicted_clicks_e9)'],
  ['nonzero_predicted_clicks_e9', 'count(*) FILTER (WHERE predicted_clicks_e9 <> 0)'],
  ['product_predicted_clicks_e9_predicted_clicks_e9', 'sum(predicted_clicks_e9 * predicted_clicks_e9)'],
  ['product_predicted_clicks_e9_clicks', 'sum(predicted_clicks_e9 * clicks)'],
];

/** Slices get theirs when they are counted next. */
const TABLES = ['exp_moments', 'exp_slice'];

/** Moments of predicted clicks, so that a report can set them against the actual ones. */
export class CalibrationMoments1795884300000 implements MigrationInterface {
  readonly name = 'CalibrationMoments1795884300000';

  async up(runner: QueryRunner): Promise<void> {
    const columns = ADDED.map(([name]) => `ADD COLUMN ${name} numeric NOT NULL DEFAULT 0`);
    for (const table of TABLES) await runner.query(`ALTER TABLE ${table} ${columns.join(', ')}`);
    await runner.query(
      `UPDATE exp_moments m SET ${ADDED.map(([name]) => `${name} = anew.${name}`).join(', ')}
       FROM (
         SELECT experiment, phase, variant, ${ADDED.map(([name, sql]) => `${sql} AS ${name}`).join(', ')}
         FROM unit_agg WHERE exposures > 0 GROUP BY experiment, phase, variant
       ) AS anew WHERE (m.experiment, m.phase, m.variant) = (anew.experiment, anew.phase, anew.variant)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const columns = ADDED.map(([name]) => `DROP COLUMN ${name}`);
    for (const table of TABLES) await runner.query(`ALTER TABLE ${table} ${columns.join(', ')}`);
  }
}
