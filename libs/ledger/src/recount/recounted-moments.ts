import { MOMENT_COLUMNS } from '../fold/moment-columns';
import { RAW_FACTS } from './raw-facts';
import { summed, UNIT_AGG } from './statistics-tables';

/** Sums of every unit in every arm it was seen in, from the raw rows. */
export const RECOUNTED_UNITS = `WITH ${RAW_FACTS} ${summed(UNIT_AGG, 'fact')}`;

/** Moments of every arm over rows like unit_agg's; a column's name says what it sums over the exposed units. */
export function momentsOver(unitSums: string): string {
  const columns = [...MOMENT_COLUMNS.keys()].map((name) => `${sqlOf(name)} AS ${name}`).join(', ');
  return `SELECT experiment, phase, variant, ${columns} FROM (
      SELECT u.*, greatest(-1 * coalesce(p.revenue_cap_micros, abs(charged_micros)),
        least(coalesce(p.revenue_cap_micros, abs(charged_micros)), charged_micros)) AS capped_micros
      FROM (${unitSums}) AS u LEFT JOIN exp_phase p USING (experiment, phase) WHERE exposures > 0
    ) AS exposed GROUP BY experiment, phase, variant`;
}

/** Units in several arms and units without exposure of every phase that has any, over rows like unit_agg's. */
export function phasesOver(unitSums: string): string {
  return `SELECT experiment, phase, sum(several::int) AS units_in_several_arms,
      sum(unexposed::int) AS units_without_exposure
    FROM (
      SELECT experiment, phase, count(*) > 1 AS several, sum(exposures) = 0 AS unexposed FROM (${unitSums}) AS u
      WHERE exposures > 0 OR impressions > 0 OR clicks > 0 OR conversions > 0 GROUP BY experiment, phase, unit
    ) AS units GROUP BY experiment, phase HAVING bool_or(several OR unexposed)`;
}

function sqlOf(name: string): string {
  if (name === 'units') return 'count(*)';
  const [what, ...rest] = name.split('_');
  const sums = rest.join('_');
  if (what === 'sum') return `sum(${sums})`;
  if (what === 'nonzero') return `sum((${sums} <> 0)::int)`;
  const second = [
    'fallback_impressions',
    'impressions',
    'clicks',
    'conversions',
    'hides',
    'charged_micros',
    'capped_micros',
    'predicted_clicks_e9',
  ].find((column) => sums.endsWith(`_${column}`));
  if (second === undefined) throw new TypeError(`no recount of the moment "${name}"`);
  return `sum(${sums.slice(0, -second.length - 1)}::numeric * ${second})`;
}
