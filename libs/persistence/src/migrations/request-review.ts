import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is found out about experiments by looking through the prediction log. */
export class RequestReview1795886100000 implements MigrationInterface {
  readonly name = 'RequestReview1795886100000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE arm_latency, unexposed_unit, request_review, request_review_state');
  }
}

const STATEMENTS = [
  `CREATE TABLE request_review_state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    reviewed_through timestamptz NOT NULL
  )`,
  // Requests looked at up to the newest, those of them whose arm is not what the flag gives to the unit, and those that cannot be told.
  `CREATE TABLE request_review (
    experiment text NOT NULL,
    phase int NOT NULL,
    newest uuid NOT NULL,
    requests bigint NOT NULL,
    leaked bigint NOT NULL,
    unverified bigint NOT NULL,
    example text,
    PRIMARY KEY (experiment, phase)
  ) WITH (fillfactor = 50)`,
  // Units with a logged request in an arm that have no exposure, until they have.
  `CREATE TABLE unexposed_unit (
    experiment text NOT NULL,
    phase int NOT NULL,
    unit text NOT NULL,
    prediction_id uuid NOT NULL,
    PRIMARY KEY (experiment, phase, unit)
  )`,
  // Requests by how long their answers took, in eighths of an octave of microseconds.
  `CREATE TABLE arm_latency (
    experiment text NOT NULL,
    phase int NOT NULL,
    variant text NOT NULL,
    bin smallint NOT NULL,
    requests bigint NOT NULL,
    PRIMARY KEY (experiment, phase, variant, bin)
  ) WITH (fillfactor = 50)`,
];
