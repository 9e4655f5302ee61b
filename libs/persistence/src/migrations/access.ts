import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys of the API, who changed what, and who agreed to an experiment's traffic. */
export class Access1795879800000 implements MigrationInterface {
  readonly name = 'Access1795879800000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE experiment DROP COLUMN changed_by');
    await runner.query('DROP TABLE experiment_approval, audit, api_key');
    await runner.query('DROP FUNCTION refuse_audit_change');
  }
}

const STATEMENTS = [
  `CREATE TABLE api_key (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    hash text NOT NULL UNIQUE,
    grants text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    revoked_by text
  )`,
  `CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb
  )`,
  'CREATE INDEX audit_subject ON audit (subject, id)',
  `CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the audit is only ever added to' USING ERRCODE = 'insufficient_privilege';
    END $$`,
  `CREATE TRIGGER audit_rows_stay BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()`,
  `CREATE TRIGGER audit_table_stays BEFORE TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()`,
  // Agreement is to a design and its plan as they were, so any change of them needs a new one.
  `CREATE TABLE experiment_approval (
    experiment text NOT NULL REFERENCES experiment (key),
    digest text NOT NULL,
    approver text NOT NULL,
    max_rollout int NOT NULL,
    reason text NOT NULL,
    approved_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (experiment, digest, approver)
  )`,
  "ALTER TABLE experiment ADD COLUMN changed_by text NOT NULL DEFAULT ''",
];
