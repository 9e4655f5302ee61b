import type { ClientBase, CustomTypesConfig } from 'pg';
import { MOMENT_COLUMNS } from '../fold/moment-columns';
import { inTransaction } from '../in-transaction';
import { IN_EXPERIMENT, RAW_FACTS, scopeValues, type Scope } from './raw-facts';
import { momentsOver, phasesOver, RECOUNTED_UNITS } from './recounted-moments';
import { ROLLUP_DAY, summed, UNIT_AGG, UNIT_DAY, type SumsTable } from './statistics-tables';

/** A row of statistics: key and exact sums, all as text. */
export type StatisticsRow = Readonly<Record<string, string>>;

/** The kept statistics, ordered by key, without rows that say nothing. Of a day: only what is kept by day. */
export interface Statistics {
  readonly unitAgg: readonly StatisticsRow[];
  readonly unitDay: readonly StatisticsRow[];
  readonly rollupDay: readonly StatisticsRow[];
  readonly moments: readonly StatisticsRow[];
  readonly phases: readonly StatisticsRow[];
}

type Sources = Readonly<Record<keyof Statistics, string>>;

/** Sums are longer than a double holds. */
const AS_TEXT: CustomTypesConfig = { getTypeParser: () => String };

const ARM = 'experiment, phase, variant';
const KEYS: Sources = {
  unitAgg: UNIT_AGG.key,
  unitDay: UNIT_DAY.key,
  rollupDay: ROLLUP_DAY.key,
  moments: ARM,
  phases: 'experiment, phase',
};

const recounted = (table: SumsTable): string =>
  `WITH ${RAW_FACTS} ${summed(table, `(SELECT * FROM ${table.facts}) AS facts WHERE ${table.within}`)}`;
const RECOUNTED: Sources = {
  unitAgg: recounted(UNIT_AGG),
  unitDay: recounted(UNIT_DAY),
  rollupDay: recounted(ROLLUP_DAY),
  moments: `SELECT * FROM (${momentsOver(RECOUNTED_UNITS)}) AS moments WHERE $2::date IS NULL`,
  phases: `SELECT * FROM (${phasesOver(RECOUNTED_UNITS)}) AS phases WHERE $2::date IS NULL`,
};

const kept = (table: SumsTable): string => summed(table, `${table.table} WHERE ${table.within}`);
const KEPT: Sources = {
  unitAgg: kept(UNIT_AGG),
  unitDay: kept(UNIT_DAY),
  rollupDay: kept(ROLLUP_DAY),
  moments: `SELECT ${ARM}, ${[...MOMENT_COLUMNS.keys()].join(', ')} FROM exp_moments
    WHERE units <> 0 AND ${IN_EXPERIMENT} AND $2::date IS NULL`,
  phases: `SELECT experiment, phase, units_in_several_arms, units_without_exposure FROM exp_phase
    WHERE (units_in_several_arms <> 0 OR units_without_exposure <> 0) AND ${IN_EXPERIMENT} AND $2::date IS NULL`,
};

/**
 * The statistics counted from the raw rows alone, by SQL of its own, in one snapshot. Equal to {@link keptStatistics}
 * once every delta is folded. The client must not be in a transaction.
 */
export function recount(client: ClientBase, scope: Scope = {}): Promise<Statistics> {
  return readAll(client, RECOUNTED, scope);
}

/** The statistics as the fold has kept them, in one snapshot. The client must not be in a transaction. */
export function keptStatistics(client: ClientBase, scope: Scope = {}): Promise<Statistics> {
  return readAll(client, KEPT, scope);
}

async function readAll(client: ClientBase, sources: Sources, scope: Scope): Promise<Statistics> {
  return inTransaction(
    client,
    async () => {
      const read = async (of: keyof Statistics): Promise<StatisticsRow[]> => {
        const text = `SELECT * FROM (${sources[of]}) AS found ORDER BY ${KEYS[of]}`;
        return (await client.query<StatisticsRow>({ text, values: scopeValues(scope), types: AS_TEXT })).rows;
      };
      return {
        unitAgg: await read('unitAgg'),
        unitDay: await read('unitDay'),
        rollupDay: await read('rollupDay'),
        moments: await read('moments'),
        phases: await read('phases'),
      };
    },
    'ISOLATION LEVEL REPEATABLE READ READ ONLY',
  );
}
