import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The global holdout: units that no experiment gets. Its flag is made as those of experiments are. */
export class Holdout1795887000000 implements MigrationInterface {
  readonly name = 'Holdout1795887000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE holdout');
    await runner.query('DELETE FROM flag_outbox WHERE flag NOT IN (SELECT key FROM experiment)');
    await runner.query('ALTER TABLE flag_outbox RENAME COLUMN flag TO experiment');
    await runner.query(
      'ALTER TABLE flag_outbox ADD CONSTRAINT flag_outbox_experiment_fkey FOREIGN KEY (experiment) REFERENCES experiment (key)',
    );
  }
}

const STATEMENTS = [
  // There are flags of layers and of the holdout beside those of experiments.
  'ALTER TABLE flag_outbox DROP CONSTRAINT flag_outbox_experiment_fkey',
  'ALTER TABLE flag_outbox RENAME COLUMN experiment TO flag',
  // One row at most.
  `CREATE TABLE holdout (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    percent int NOT NULL CHECK (percent BETWEEN 0 AND 50),
    reason text NOT NULL,
    changed_by text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
  )`,
];
