import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Reports as they were, with everything they were computed from. */
export class ReportSnapshots1795884600000 implements MigrationInterface {
  readonly name = 'ReportSnapshots1795884600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE report_snapshot (
      id uuid PRIMARY KEY,
      experiment text NOT NULL REFERENCES experiment (key),
      phase int NOT NULL,
      taken_at timestamptz NOT NULL DEFAULT now(),
      taken_by text NOT NULL,
      engine text NOT NULL,
      inputs jsonb NOT NULL,
      report jsonb NOT NULL,
      digest text NOT NULL
    )`);
    await runner.query('CREATE INDEX report_snapshot_experiment ON report_snapshot (experiment, taken_at, id)');
    await runner.query(`CREATE FUNCTION refuse_snapshot_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'a snapshot stays as it was taken' USING ERRCODE = 'insufficient_privilege';
      END $$`);
    await runner.query(`CREATE TRIGGER snapshot_rows_stay BEFORE UPDATE OR DELETE ON report_snapshot
      FOR EACH ROW EXECUTE FUNCTION refuse_snapshot_change()`);
    await runner.query(`CREATE TRIGGER snapshot_table_stays BEFORE TRUNCATE ON report_snapshot
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_snapshot_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE report_snapshot');
    await runner.query('DROP FUNCTION refuse_snapshot_change');
  }
}
