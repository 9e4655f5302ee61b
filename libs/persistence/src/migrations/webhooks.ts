import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who is told of changes, and what is still to be told. */
export class Webhooks1795883700000 implements MigrationInterface {
  readonly name = 'Webhooks1795883700000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE webhook_delivery, webhook');
  }
}

const STATEMENTS = [
  `CREATE TABLE webhook (
    id uuid PRIMARY KEY,
    url text NOT NULL,
    secret text NOT NULL,
    actions text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL
  )`,
  `CREATE TABLE webhook_delivery (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    webhook uuid NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    audit bigint NOT NULL REFERENCES audit (id),
    attempts int NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    error text
  )`,
  'CREATE INDEX webhook_delivery_due ON webhook_delivery (next_try_at) WHERE done_at IS NULL',
  'CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook, id DESC)',
];
