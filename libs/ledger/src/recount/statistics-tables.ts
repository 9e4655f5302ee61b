import { SUM_COLUMNS } from '../fold/sum-columns';
import { IN_EXPERIMENT, ON_DAY } from './raw-facts';

/** A table of kept sums: what identifies a row, which rows a scope has, and the facts that a recount sums. */
export interface SumsTable {
  readonly table: 'unit_agg' | 'unit_day' | 'rollup_day';
  readonly key: string;
  readonly within: string;
  readonly facts: 'event' | 'fact';
}

export const UNIT_AGG: SumsTable = {
  table: 'unit_agg',
  key: 'experiment, phase, variant, unit',
  within: `${IN_EXPERIMENT} AND $2::date IS NULL`,
  facts: 'fact',
};
export const UNIT_DAY: SumsTable = {
  table: 'unit_day',
  key: 'unit, day',
  within: `$1::text IS NULL AND ${ON_DAY}`,
  facts: 'event',
};
export const ROLLUP_DAY: SumsTable = {
  table: 'rollup_day',
  key: 'experiment, phase, variant, day',
  within: `${IN_EXPERIMENT} AND ${ON_DAY}`,
  facts: 'fact',
};

const SUMS = SUM_COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(', ');

/** Sums `from` by the table's key, without rows in which corrections have left nothing. */
export function summed({ key }: SumsTable, from: string): string {
  return `SELECT ${key}, ${SUMS} FROM ${from} GROUP BY ${key}
    HAVING ${SUM_COLUMNS.map((column) => `sum(${column}) <> 0`).join(' OR ')}`;
}
