import type { MigrationInterface, QueryRunner } from 'typeorm';

/** States beyond running and ended, revisions, plans for the flag, answers that may be asked for again. */
export class ExperimentLife1795880700000 implements MigrationInterface {
  readonly name = 'ExperimentLife1795880700000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotent_answer, flag_outbox, experiment_revision');
    await runner.query('ALTER TABLE experiment_phase DROP COLUMN models, DROP COLUMN closed_reason');
    await runner.query(`ALTER TABLE experiment DROP COLUMN state_reason, DROP COLUMN amended, DROP COLUMN schedule,
      DROP COLUMN rollout, DROP COLUMN ramp_step, DROP COLUMN stepped_at, DROP COLUMN scheduled_by, DROP COLUMN drift,
      DROP COLUMN drain_until`);
  }
}

const STATEMENTS = [
  `ALTER TABLE experiment
    ADD COLUMN state_reason text NOT NULL DEFAULT '',
    ADD COLUMN amended jsonb,
    ADD COLUMN schedule jsonb NOT NULL DEFAULT '{"stopOnPower": false}',
    ADD COLUMN rollout int,
    ADD COLUMN ramp_step int NOT NULL DEFAULT 0,
    ADD COLUMN stepped_at timestamptz,
    ADD COLUMN scheduled_by text,
    ADD COLUMN drift jsonb,
    ADD COLUMN drain_until timestamptz`,
  "UPDATE experiment SET rollout = (design ->> 'rollout')::int WHERE phase > 0",
  `ALTER TABLE experiment_phase
    ADD COLUMN models jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN closed_reason text NOT NULL DEFAULT ''`,
  `CREATE TABLE experiment_revision (
    experiment text NOT NULL REFERENCES experiment (key),
    revision int NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    author text NOT NULL,
    action text NOT NULL,
    reason text NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    PRIMARY KEY (experiment, revision)
  )`,
  // Written with the change it follows from; carried out afterwards, the newest of an experiment only.
  `CREATE TABLE flag_outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    experiment text NOT NULL REFERENCES experiment (key),
    plan jsonb NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    done_at timestamptz,
    attempts int NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    error text
  )`,
  'CREATE INDEX flag_outbox_newest ON flag_outbox (experiment, id DESC)',
  'CREATE INDEX flag_outbox_waiting ON flag_outbox (experiment, id DESC) WHERE done_at IS NULL',
  `CREATE TABLE idempotent_answer (
    caller text NOT NULL,
    key text NOT NULL,
    request_digest text NOT NULL,
    status int,
    answer jsonb,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (caller, key)
  )`,
];
