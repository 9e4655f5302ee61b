import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which model versions are to be served, and the predictors that tell what they serve. */
export class ModelServing1795654800000 implements MigrationInterface {
  readonly name = 'ModelServing1795654800000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE replica, model_request, model_policy');
  }
}

const STATEMENTS = [
  `CREATE TABLE model_policy (
    name text PRIMARY KEY,
    policy jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
  )`,
  // What a person asked for by hand. A replica that loaded an older generation loads the version anew.
  `CREATE TABLE model_request (
    name text NOT NULL,
    version text NOT NULL,
    wanted boolean,
    generation int NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (name, version),
    FOREIGN KEY (name, version) REFERENCES model (name, version)
  )`,
  // Rewritten every few seconds and worthless after a crash, so it is kept out of the write-ahead log.
  `CREATE UNLOGGED TABLE replica (
    id text PRIMARY KEY,
    address text NOT NULL,
    software text NOT NULL,
    flag_revision text NOT NULL,
    models jsonb NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now()
  )`,
];
