import type { LedgerBench } from './ledger-bench';

/** The kept statistics, without rows in which a correction left nothing. */
export interface KeptRows {
  readonly unitAgg: readonly object[];
  readonly rollupDay: readonly object[];
  readonly unitDay: readonly object[];
}

const COUNTS = ['exposures', 'impressions', 'clicks', 'conversions', 'hides', 'fallback_impressions'];
const SUMS = ['charged_micros', 'value_micros', 'predicted_clicks_e9'];
const ALL = [...COUNTS, ...SUMS];

export async function keptRows(bench: LedgerBench): Promise<KeptRows> {
  const read = (table: string, key: string): Promise<object[]> =>
    bench.rows(
      `SELECT ${key}, ${ALL.map((column) => `${column}::text`).join(', ')} FROM ${table}
       WHERE ${ALL.map((column) => `${column} <> 0`).join(' OR ')} ORDER BY ${key}`,
    );
  return {
    unitAgg: await read('unit_agg', 'experiment, phase, variant, unit'),
    rollupDay: await read('rollup_day', 'experiment, phase, variant, day::text'),
    unitDay: await read('unit_day', 'unit, day::text'),
  };
}

/** The same numbers counted from the raw tables alone. */
export async function recountedRows(bench: LedgerBench): Promise<KeptRows> {
  const read = (key: string, where: string): Promise<object[]> =>
    bench.rows(
      `WITH event AS (
         SELECT unit, day, assignment_set, charged_micros, 0 AS value, 'impression' AS kind, fallback, pctr FROM impression WHERE valid
         UNION ALL SELECT unit, day, assignment_set, charged_micros, 0, 'click', false, 0 FROM click WHERE valid
         UNION ALL SELECT unit, day, assignment_set, charged_micros, value_micros, 'conversion', false, 0 FROM conversion WHERE valid
         UNION ALL SELECT unit, day, assignment_set, charged_micros, 0, kind, false, 0 FROM feedback WHERE valid
       ), fact AS (
         SELECT a.experiment, a.phase, a.assigned AS variant, event.*, 0 AS exposure FROM event
           JOIN assignment_set a ON a.id = event.assignment_set
         UNION ALL SELECT '', 0, '', event.*, 0 FROM event
         UNION ALL SELECT experiment, phase, variant, unit, day, NULL, 0, 0, 'exposure', false, 0, 1 FROM exposure
       )
       SELECT ${key}, sum(exposure)::text AS exposures, ${counted('impression', 'impressions')},
         ${counted('click', 'clicks')}, ${counted('conversion', 'conversions')}, ${counted('hide', 'hides')},
         (count(*) FILTER (WHERE kind = 'impression' AND fallback))::text AS fallback_impressions,
         sum(charged_micros)::text AS charged_micros, sum(value)::text AS value_micros,
         sum(round(pctr::numeric * 1000000000))::text AS predicted_clicks_e9
       FROM fact WHERE ${where} GROUP BY ${key} ORDER BY ${key}`,
    );
  return {
    unitAgg: await read('experiment, phase, variant, unit', "experiment <> ''"),
    rollupDay: await read('experiment, phase, variant, day::text', "experiment <> ''"),
    unitDay: await read('unit, day::text', "experiment = ''"),
  };
}

function counted(kind: string, name: string): string {
  return `(count(*) FILTER (WHERE kind = '${kind}'))::text AS ${name}`;
}
