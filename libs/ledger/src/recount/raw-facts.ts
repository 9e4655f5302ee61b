import { SUM_COLUMNS, type SumColumn } from '../fold/sum-columns';

/** Which part of the statistics: one experiment's, one day's ("YYYY-MM-DD"), or all. */
export interface Scope {
  readonly experiment?: string;
  readonly day?: string;
}

/** Parameters of every statement here: $1 the experiment, $2 the day, null for all. */
export function scopeValues({ experiment, day }: Scope): (string | null)[] {
  return [experiment ?? null, day ?? null];
}

export const IN_EXPERIMENT = '($1::text IS NULL OR experiment = $1)';
export const ON_DAY = '($2::date IS NULL OR day = $2)';

const COUNTED: readonly (readonly [from: string, counts: Readonly<Partial<Record<SumColumn, string>>>])[] = [
  [
    'impression WHERE valid',
    {
      impressions: '1',
      fallback_impressions: 'fallback::int',
      predicted_clicks_e9: 'round(pctr::numeric * 1000000000)',
    },
  ],
  ['click WHERE valid', { clicks: '1' }],
  ['conversion WHERE valid', { conversions: '1', value_micros: 'value_micros' }],
  ["feedback WHERE valid AND kind = 'hide'", { hides: '1' }],
];

/** SQL of every valid stored event of a unit for which `where` holds: these columns of it, and what it counts. */
export function countedEvents(columns: string, where: string): string {
  return COUNTED.map(([from, counts]) => {
    const all: Partial<Record<SumColumn, string>> = { charged_micros: 'charged_micros', ...counts };
    const sums = SUM_COLUMNS.map((column) => `${all[column] ?? '0'} AS ${column}`).join(', ');
    return `SELECT ${columns}, ${sums} FROM ${from} AND unit <> '' AND ${where}`;
  }).join('\nUNION ALL\n');
}

const EVENTS = countedEvents('unit, day, assignment_set', ON_DAY);

const ZERO_BUT_EXPOSURES = SUM_COLUMNS.map((column) => (column === 'exposures' ? '1' : '0')).join(', ');

/**
 * Common table expressions over the raw rows alone: `event`, one row for each valid event, and `fact`, one for each
 * experiment that an event or an exposure counts in.
 */
export const RAW_FACTS = `event AS (${EVENTS}),
  fact AS (
    SELECT a.experiment, a.phase, a.assigned AS variant, e.unit, e.day, ${SUM_COLUMNS.map((c) => `e.${c}`).join(', ')}
    FROM event e JOIN assignment_set a ON a.id = e.assignment_set WHERE ${IN_EXPERIMENT}
    UNION ALL
    SELECT experiment, phase, variant, unit, day, ${ZERO_BUT_EXPOSURES} FROM exposure
    WHERE ${IN_EXPERIMENT} AND ${ON_DAY}
  )`;

/** The same two from the deltas that wait to be folded. */
export const PENDING_FACTS = `event AS (
    SELECT unit, day, assignment_set, ${SUM_COLUMNS.join(', ')} FROM waiting_delta WHERE experiment = '' AND ${ON_DAY}
  ), fact AS (
    SELECT a.experiment, a.phase, a.assigned AS variant, e.unit, e.day, ${SUM_COLUMNS.map((c) => `e.${c}`).join(', ')}
    FROM event e JOIN assignment_set a ON a.id = e.assignment_set WHERE ${IN_EXPERIMENT}
    UNION ALL
    SELECT experiment, phase, variant, unit, day, ${SUM_COLUMNS.join(', ')} FROM waiting_delta
    WHERE experiment <> '' AND ${IN_EXPERIMENT} AND ${ON_DAY}
  )`;
