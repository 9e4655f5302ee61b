import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What every click is asked for and few have, a burst or an invalidation, is found in indexes of these few alone. */
export class RareMarks1795890300000 implements MigrationInterface {
  readonly name = 'RareMarks1795890300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE INDEX unit_click_burst ON unit_click (unit, event_time, prediction_id, idx) WHERE burst',
    );
    await runner.query(
      "CREATE INDEX feedback_invalidation ON feedback (day, prediction_id, idx) WHERE kind = 'invalidate'",
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX unit_click_burst, feedback_invalidation');
  }
}
