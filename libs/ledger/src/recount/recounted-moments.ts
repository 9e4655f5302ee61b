import { MOMENT_COLUMNS } from '../fold/moment-columns';
import { RAW_FACTS } from './raw-facts';
import { summed, UNIT_AGG } from './statistics-tables';

/** Moments of every arm from the raw rows; a column's name says what it sums over the exposed units. */
export const RECOUNTED_MOMENTS = `WITH ${RAW_FACTS}, unit_sums AS (${summed(UNIT_AGG, 'fact')}), exposed AS (
    SELECT u.*, greatest(-1 * coalesce(p.revenue_cap_micros, abs(charged_micros)),
      least(coalesce(p.revenue_cap_micros, abs(charged_micros)), charged_micros)) AS capped_micros
    FROM unit_sums u LEFT JOIN exp_phase p USING (experiment, phase) WHERE exposures > 0
  )
  SELECT experiment, phase, variant, ${[...MOMENT_COLUMNS.keys()].map((name) => `${sqlOf(name)} AS ${name}`).join(', ')}
  FROM exposed GROUP BY experiment, phase, variant`;

export const RECOUNTED_PHASES = `WITH ${RAW_FACTS}, arm AS (
    SELECT experiment, phase, unit, exposures FROM (${summed(UNIT_AGG, 'fact')}) AS unit_sums
    WHERE exposures > 0 OR impressions > 0 OR clicks > 0 OR conversions > 0
  ), per_unit AS (
    SELECT experiment, phase, count(*) > 1 AS several, sum(exposures) = 0 AS unexposed FROM arm
    GROUP BY experiment, phase, unit
  )
  SELECT experiment, phase, sum(several::int) AS units_in_several_arms, sum(unexposed::int) AS units_without_exposure
  FROM per_unit GROUP BY experiment, phase HAVING bool_or(several OR unexposed)`;

function sqlOf(name: string): string {
  if (name === 'units') return 'count(*)';
  const [what, ...rest] = name.split('_');
  const sums = rest.join('_');
  if (what === 'sum') return `sum(${sums})`;
  if (what === 'nonzero') return `sum((${sums} <> 0)::int)`;
  const second = ['impressions', 'clicks', 'conversions', 'hides', 'charged_micros', 'capped_micros'].find((column) =>
    sums.endsWith(`_${column}`),
  );
  if (second === undefined) throw new TypeError(`no recount of the moment "${name}"`);
  return `sum(${sums.slice(0, -second.length - 1)}::numeric * ${second})`;
}
