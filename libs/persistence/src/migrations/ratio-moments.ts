import type { MigrationInterface, QueryRunner } from 'typeorm';

const ADDED: readonly (readonly [name: string, sql: string])[] = [
  ['nonzero_fallback_impressions', 'count(*) FILTER (WHERE fallback_impressions <> 0)'],
  ['product_fallback_impressions_fallback_impressions', 'sum(fallback_impressions::numeric * fallback_impressions)'],
  ['product_fallback_impressions_impressions', 'sum(fallback_impressions::numeric * impressions)'],
  ['product_capped_micros_clicks', 'sum(capped_micros::numeric * clicks)'],
  ['product_capped_micros_conversions', 'sum(capped_micros::numeric * conversions)'],
];

/** Slices get theirs when they are counted next. */
const TABLES = ['exp_moments', 'exp_slice'];

/** Moments of fallback answers, and of revenue by click and by conversion. */
export class RatioMoments1795887900000 implements MigrationInterface {
  readonly name = 'RatioMoments1795887900000';

  async up(runner: QueryRunner): Promise<void> {
    const columns = ADDED.map(([name]) => `ADD COLUMN ${name} numeric NOT NULL DEFAULT 0`);
    for (const table of TABLES) await runner.query(`ALTER TABLE ${table} ${columns.join(', ')}`);
    await runner.query(
      `UPDATE exp_moments m SET ${ADDED.map(([name]) => `${name} = anew.${name}`).join(', ')}
       FROM (
         SELECT experiment, phase, variant, ${ADDED.map(([name, sql]) => `${sql} AS ${name}`).join(', ')}
         FROM (
           SELECT u.*, CASE WHEN p.revenue_cap_micros IS NULL THEN charged_micros
             ELSE greatest(-p.revenue_cap_micros, least(p.revenue_cap_micros, charged_micros)) END AS capped_micros
           FROM unit_agg u LEFT JOIN exp_phase p USING (experiment, phase) WHERE exposures > 0
         ) AS exposed GROUP BY experiment, phase, variant
       ) AS anew WHERE (m.experiment, m.phase, m.variant) = (anew.experiment, anew.phase, anew.variant)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    const columns = ADDED.map(([name]) => `DROP COLUMN ${name}`);
    for (const table of TABLES) await runner.query(`ALTER TABLE ${table} ${columns.join(', ')}`);
  }
}
