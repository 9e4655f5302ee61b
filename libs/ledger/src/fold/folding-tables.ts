import type { ClientBase } from 'pg';
import { DELTA_TYPES, SUM_COLUMNS } from './sum-columns';

/** Sums of a unit that moments and health checks are made of. */
export const UNIT_SUMS = [
  'exposures',
  'impressions',
  'clicks',
  'conversions',
  'hides',
  'fallback_impressions',
  'charged_micros',
  'predicted_clicks_e9',
] as const;

/** What a delta adds, and to what. */
export const FOLDING_COLUMNS = `experiment, phase, variant, unit, day, assignment_set, ${SUM_COLUMNS.join(', ')}`;
/** What a delta says of an event that is judged by itself. */
export const EVENT_COLUMNS = 'unit, day, kind, prediction_id, idx, event_time';

const TABLES: readonly (readonly [name: string, definition: string])[] = [
  // What the deltas of this fold add, and the corrections it finds.
  [
    'folding',
    `AS SELECT experiment, phase, variant, unit, day, assignment_set, ${deltaSums()} FROM event_delta WITH NO DATA`,
  ],
  // The events among them that are judged.
  ['folding_event', `AS SELECT ${EVENT_COLUMNS} FROM event_delta WITH NO DATA`],
  // The units of experiments that it changes: what it adds to them, and their sums before and after.
  ['unit_adding', `AS SELECT experiment, phase, unit, variant, ${SUM_COLUMNS.join(', ')} FROM unit_agg WITH NO DATA`],
  [
    'unit_change',
    `AS SELECT experiment, phase, variant, unit, ${oldAndNew()}
       FROM unit_agg WITH NO DATA`,
  ],
  // The candidates whose events it judges, and what was found about each.
  ['judging', 'AS SELECT unit, day, prediction_id, idx FROM unmatched_candidate WITH NO DATA'],
  [
    'verdict',
    `AS SELECT unit, day, prediction_id, idx, event_time AS clicked_at, false AS click_was_valid, false AS has_impression,
       false AS impression_was_valid, false AS click_valid, false AS invalidated FROM unit_click WITH NO DATA`,
  ],
];

/** The temporary tables of a fold, emptied at the end of its transaction. */
export async function createFoldingTables(client: ClientBase): Promise<void> {
  for (const [name, definition] of TABLES)
    await client.query(`CREATE TEMP TABLE IF NOT EXISTS ${name} ON COMMIT DELETE ROWS ${definition}`);
}

function oldAndNew(): string {
  return UNIT_SUMS.flatMap((column) => ['old', 'new'].map((side) => `${column}::bigint AS ${side}_${column}`)).join(
    ', ',
  );
}

function deltaSums(): string {
  return SUM_COLUMNS.map((column) => `${column}::${DELTA_TYPES[column]} AS ${column}`).join(', ');
}
