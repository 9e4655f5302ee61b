import type { ClientBase } from 'pg';
import { cappedWithin, type MomentSum } from '../fold/moment-columns';
import { inTransaction } from '../in-transaction';

/** A metric whose units are set beside what the same units did before the experiment. */
export interface CovariateMetric {
  /** By which its row is found: name@version. */
  readonly key: string;
  readonly kind: 'mean' | 'ratio' | 'share';
  readonly numerator: MomentSum;
  readonly denominator?: MomentSum;
}

const SUMS = [
  ...['impressions', 'clicks', 'conversions', 'hides', 'fallback_impressions'],
  ...['charged_micros', 'predicted_clicks_e9'],
];

/**
 * Every exposed unit of the phase with what it did before, `before_...`, all 0 where `is_new`. Imported traffic may be
 * older than its experiment here, which then began with it.
 */
const UNITS = `WITH began AS (
    SELECT least(
      (SELECT (min(opened_at) AT TIME ZONE 'UTC')::date FROM experiment_phase WHERE experiment = $1),
      (SELECT min(day) FROM rollup_day WHERE experiment = $1)
    ) AS day
  ), before AS (
    SELECT unit, ${SUMS.map((sum) => `sum(${sum}) AS before_${sum}`).join(', ')}
    FROM unit_day, began WHERE unit_day.day < began.day AND unit_day.day >= began.day - $3::int GROUP BY unit
  ), unit_values AS (
    SELECT variant, ${SUMS.map((sum) => `u.${sum}, coalesce(before_${sum}, 0) AS before_${sum}`).join(', ')},
      ${cappedWithin('p', 'charged_micros')} AS capped_micros,
      ${cappedWithin('p', 'coalesce(before_charged_micros, 0)')} AS before_capped_micros,
      (before.unit IS NULL)::int AS is_new
    FROM unit_agg u LEFT JOIN before USING (unit) LEFT JOIN exp_phase p USING (experiment, phase)
    WHERE experiment = $1 AND phase = $2 AND exposures > 0
  )`;

/**
 * Counts anew, from the sums of units and days, what CUPED needs of a phase: of each metric and arm the sums of a
 * unit's variables and of all their products, into exp_covariate. The variables are the metric's numerator, its
 * denominator if it has one, the same of the `days` full days (UTC) before the experiment's first day, and whether
 * the unit was not seen in these: later days may already be an effect of an arm. The client must not be in a
 * transaction.
 */
export async function keepCovariates(
  client: ClientBase,
  experiment: string,
  phase: number,
  days: number,
  metrics: readonly CovariateMetric[],
): Promise<void> {
  const terms = new Map<string, string>();
  const term = (sql: string): string => {
    const name = terms.get(sql) ?? `t${terms.size}`;
    terms.set(sql, name);
    return name;
  };
  const values = metrics.map((metric, i) => {
    const variables = variablesOf(metric);
    const sums = variables.map((a) => term(`sum(${a}::numeric)`));
    const products = variables.flatMap((a, at) => variables.slice(at).map((b) => term(`sum(${a}::numeric * ${b})`)));
    return `($${i + 4}::text, ARRAY[${sums.join(', ')}], ARRAY[${products.join(', ')}])`;
  });
  await inTransaction(client, async () => {
    await client.query("SET LOCAL work_mem = '64MB'");
    await client.query('DELETE FROM exp_covariate WHERE experiment = $1 AND phase = $2', [experiment, phase]);
    if (metrics.length === 0) return;
    await client.query(
      `${UNITS}, totals AS (
         SELECT variant, count(*) AS units, ${Array.from(terms, ([sql, name]) => `${sql} AS ${name}`).join(', ')}
         FROM unit_values GROUP BY variant
       )
       INSERT INTO exp_covariate (experiment, phase, variant, metric, days, units, sums, products)
       SELECT $1, $2, variant, metric, $3, units, sums, products
       FROM totals CROSS JOIN LATERAL (VALUES ${values.join(', ')}) AS counted (metric, sums, products)`,
      [experiment, phase, days, ...metrics.map(({ key }) => key)],
    );
  });
}

/** SQL of a unit's variables, outcome first, in the order in which the sums are kept. */
function variablesOf({ kind, numerator: m, denominator: d }: CovariateMetric): string[] {
  switch (kind) {
    case 'mean':
      return [m, `before_${m}`, 'is_new'];
    case 'share':
      return [`(${m} <> 0)::int`, `(before_${m} <> 0)::int`, 'is_new'];
    case 'ratio':
      if (d === undefined) throw new TypeError('a ratio needs a denominator');
      return [m, d, `before_${m}`, `before_${d}`, 'is_new'];
  }
}
