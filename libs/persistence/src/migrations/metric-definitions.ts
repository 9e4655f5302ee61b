import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Metrics that teams define beside the built-in ones; a version stays as it was defined. */
export class MetricDefinitions1795888200000 implements MigrationInterface {
  readonly name = 'MetricDefinitions1795888200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE metric_definition (
      name text NOT NULL,
      version int NOT NULL CHECK (version > 0),
      kind text NOT NULL CHECK (kind IN ('mean', 'ratio', 'share')),
      numerator text NOT NULL,
      denominator text CHECK ((denominator IS NOT NULL) = (kind = 'ratio')),
      per int NOT NULL CHECK (per > 0),
      direction text NOT NULL CHECK (direction IN ('up', 'down')),
      description text NOT NULL,
      defined_by text NOT NULL,
      defined_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (name, version)
    )`);
    await runner.query(`CREATE FUNCTION refuse_metric_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'a version of a metric stays as it was defined' USING ERRCODE = 'insufficient_privilege';
      END $$`);
    await runner.query(`CREATE TRIGGER metric_rows_stay BEFORE UPDATE OR DELETE ON metric_definition
      FOR EACH ROW EXECUTE FUNCTION refuse_metric_change()`);
    await runner.query(`CREATE TRIGGER metric_table_stays BEFORE TRUNCATE ON metric_definition
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_metric_change()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE metric_definition');
    await runner.query('DROP FUNCTION refuse_metric_change');
  }
}
