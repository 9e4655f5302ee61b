import type { MigrationInterface, QueryRunner } from 'typeorm';

const AMOUNTS = ['charged_micros', 'value_micros', 'predicted_clicks_e9'];

/** Deltas are written by binary COPY, and summed, as whole numbers of 64 bits: one holds the events of one batch. */
export class NarrowDeltas1795865400000 implements MigrationInterface {
  readonly name = 'NarrowDeltas1795865400000';

  async up(runner: QueryRunner): Promise<void> {
    await changeTo(runner, 'bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await changeTo(runner, 'numeric');
  }
}

async function changeTo(runner: QueryRunner, type: string): Promise<void> {
  const changes = AMOUNTS.map((column) => `ALTER COLUMN ${column} TYPE ${type}`);
  await runner.query(`ALTER TABLE event_delta ${changes.join(', ')}`);
}
