import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Totals wait until what they count must have arrived: told, waiting for `through_delta` to be folded, compared with
 * what was kept then. Of each phase one of every stage.
 */
export class ComparedTotals1795888800000 implements MigrationInterface {
  readonly name = 'ComparedTotals1795888800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE event_total
      ADD COLUMN stage text NOT NULL DEFAULT 'told' CHECK (stage IN ('told', 'waiting', 'compared')),
      ADD COLUMN through_delta bigint,
      ADD COLUMN kept_impressions bigint,
      ADD COLUMN kept_clicks bigint,
      DROP CONSTRAINT event_total_pkey,
      ADD PRIMARY KEY (experiment, phase, variant, stage),
      ADD CHECK (stage <> 'compared' OR (kept_impressions IS NOT NULL AND kept_clicks IS NOT NULL))`);
    await runner.query('ALTER TABLE replica ADD COLUMN spool_seen_at timestamptz NOT NULL DEFAULT clock_timestamp()');
    await runner.query('UPDATE replica SET spool_seen_at = seen_at');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE replica DROP COLUMN spool_seen_at');
    // The last told of each arm.
    await runner.query(`DELETE FROM event_total older USING event_total newer
      WHERE (older.experiment, older.phase, older.variant) = (newer.experiment, newer.phase, newer.variant)
        AND (older.reported_at, older.stage) < (newer.reported_at, newer.stage)`);
    await runner.query(`ALTER TABLE event_total
      DROP CONSTRAINT event_total_pkey,
      DROP COLUMN stage, DROP COLUMN through_delta, DROP COLUMN kept_impressions, DROP COLUMN kept_clicks,
      ADD PRIMARY KEY (experiment, phase, variant)`);
  }
}
