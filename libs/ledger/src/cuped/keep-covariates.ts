import type { ClientBase } from 'pg';
import { ADVISORY_LOCKS } from '@adlift/persistence';
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

/** Imported traffic may be older than its experiment here, which then began with it. */
const BEGAN = `SELECT least(
    (SELECT (min(opened_at) AT TIME ZONE 'UTC')::date FROM experiment_phase WHERE experiment = $1),
    (SELECT min(day) FROM rollup_day WHERE experiment = $1)
  ) AS day`;

/** Of units that were looked at already only what was counted for another first day. */
const FORGET = `DELETE FROM covariate_unit WHERE experiment = $1 AND (NOT $2 OR began <> (${BEGAN}))`;

const LOOK_AT_NEW_UNITS = `WITH began AS (${BEGAN}), fresh AS (
    SELECT DISTINCT unit FROM unit_agg u
    WHERE experiment = $1 AND exposures > 0
      AND NOT EXISTS (SELECT FROM covariate_unit c WHERE (c.experiment, c.unit) = ($1, u.unit))
  )
  INSERT INTO covariate_unit (experiment, unit, began, is_new, ${SUMS.join(', ')})
  SELECT $1, fresh.unit, began.day, count(d.unit) = 0, ${SUMS.map((sum) => `coalesce(sum(d.${sum}), 0)`).join(', ')}
  FROM fresh CROSS JOIN began
  LEFT JOIN unit_day d ON d.unit = fresh.unit AND d.day < began.day AND d.day >= began.day - $2::int
  GROUP BY fresh.unit, began.day`;

/** Every exposed unit of the phase with what it did before, `before_...`, all 0 where `is_new`. */
const UNITS = `WITH unit_values AS (
    SELECT variant, ${SUMS.map((sum) => `u.${sum}, before.${sum} AS before_${sum}`).join(', ')},
      ${cappedWithin('p', 'u.charged_micros')} AS capped_micros,
      ${cappedWithin('p', 'before.charged_micros')} AS before_capped_micros,
      before.is_new::int AS is_new
    FROM unit_agg u JOIN covariate_unit before USING (experiment, unit) LEFT JOIN exp_phase p USING (experiment, phase)
    WHERE experiment = $1 AND phase = $2 AND exposures > 0
  )`;

/** What is counted of a phase. */
export interface CovariateCounting {
  readonly experiment: string;
  readonly phase: number;
  /** Full days (UTC) before the experiment's first day. */
  readonly days: number;
  /**
   * Whether a unit keeps what was counted of it when it was first looked at. A conversion of an old click may come later
   * and be an effect of its arm. Not so for imported traffic, whose days before may be brought in last.
   */
  readonly fixed: boolean;
  readonly metrics: readonly CovariateMetric[];
}

/**
 * Counts, from the sums of units and days, what CUPED needs of a phase: of each metric and arm the sums of a unit's
 * variables and of all their products, into exp_covariate. The variables are the metric's numerator, its denominator if
 * it has one, the same of the days before the experiment's first, and whether the unit was not seen in these: later
 * days may already be an effect of an arm. The client must not be in a transaction.
 */
export async function keepCovariates(
  client: ClientBase,
  { experiment, phase, days, fixed, metrics }: CovariateCounting,
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
    await client.query('SELECT pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.covariates]);
    await client.query("SET LOCAL work_mem = '64MB'");
    await client.query('DELETE FROM exp_covariate WHERE experiment = $1 AND phase = $2', [experiment, phase]);
    if (metrics.length === 0) return;
    await client.query(FORGET, [experiment, fixed]);
    await client.query(LOOK_AT_NEW_UNITS, [experiment, days]);
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
