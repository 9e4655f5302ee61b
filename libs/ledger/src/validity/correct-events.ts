import type { ClientBase } from 'pg';
import { SUM_COLUMNS, type SumColumn } from '../fold/sum-columns';

interface JudgedTable {
  readonly table: string;
  /** Whether row `r` is valid, given the verdict `v` on its candidate. */
  readonly valid: string;
  /** Which verdicts may turn a row, where that is known without a look at it. */
  readonly turns?: string;
  /** What the row counts, by column of a delta. */
  readonly counts: Readonly<Partial<Record<SumColumn, string>>>;
}

const WITHIN_WINDOW = `r.event_time >= v.clicked_at
  AND r.event_time <= v.clicked_at + (SELECT attribution_days FROM fold_state) * interval '24 hours'`;

const JUDGED_TABLES: readonly JudgedTable[] = [
  {
    table: 'impression',
    valid: 'NOT v.invalidated',
    turns: 'v.impression_was_valid = v.invalidated',
    counts: {
      impressions: '1',
      fallback_impressions: 'r.fallback::int',
      predicted_clicks_e9: 'round(r.pctr::numeric * 1000000000)',
    },
  },
  {
    table: 'click',
    valid: 'v.click_valid',
    turns: 'v.click_was_valid <> v.click_valid',
    counts: { clicks: '1' },
  },
  {
    table: 'conversion',
    valid: `NOT v.invalidated AND v.click_valid AND coalesce(${WITHIN_WINDOW}, false)`,
    counts: { conversions: '1', value_micros: 'r.value_micros' },
  },
  {
    table: 'feedback',
    valid: "r.kind = 'invalidate' OR NOT v.invalidated",
    counts: { hides: "(r.kind = 'hide')::int" },
  },
];

/** Sets the flag of every judged event that changes sides, and adds what that changes to `folding`. */
export async function correctEvents(client: ClientBase): Promise<void> {
  for (const judged of JUDGED_TABLES) await client.query(correction(judged));
}

function correction({ table, valid, turns = 'true', counts }: JudgedTable): string {
  const all: typeof counts = { charged_micros: 'r.charged_micros', ...counts };
  const change = SUM_COLUMNS.map((column) => `sign * ${all[column] ?? '0'}`);
  return `WITH turned AS (
      UPDATE ${table} r SET valid = NOT r.valid FROM verdict v
      WHERE ${turns} AND (r.day, r.prediction_id, r.idx) = (v.day, v.prediction_id, v.idx) AND r.unit = v.unit
        AND r.valid <> (${valid})
      RETURNING r.*, CASE WHEN r.valid THEN 1 ELSE -1 END AS sign
    )
    INSERT INTO folding (experiment, phase, variant, unit, day, assignment_set, ${SUM_COLUMNS.join(', ')})
    SELECT '', 0, '', unit, day, assignment_set, ${change.join(', ')} FROM turned r`;
}
