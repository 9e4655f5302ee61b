import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ArmSums } from '@adlift/statistics';
import { METRICS, type MetricDefinition } from './metric-definitions';

/** Everything a report reads about one phase, taken in one snapshot. */
export interface PhaseStatistics {
  /** By variant; a variant without an exposed unit is absent. */
  readonly arms: ReadonlyMap<string, ArmStatistics>;
  /** Units that were exposed to, or have events in, more than one arm. */
  readonly unitsInSeveralArms: number;
  /** Units with events but no exposure. */
  readonly unitsWithoutExposure: number;
  /** Deltas that wait to be folded. */
  readonly pendingDeltas: number;
  readonly foldedThrough: string;
}

export interface ArmStatistics {
  readonly units: number;
  readonly impressions: number;
  readonly clicks: number;
  readonly conversions: number;
  readonly fallbackImpressions: number;
  readonly sums: ReadonlyMap<MetricDefinition['name'], ArmSums>;
}

type Row = Record<string, string>;

/** Reads the kept sums, exact integers throughout: numeric in SQL, bigint here. */
@Injectable()
export class KeptStatistics {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  async ofPhase(experiment: string, phase: number): Promise<PhaseStatistics> {
    return this.source.transaction('REPEATABLE READ', async (manager) => {
      const arms: Row[] = await manager.query(
        `SELECT variant, count(*) AS units, sum(impressions) AS impressions, sum(clicks) AS clicks,
           sum(conversions) AS conversions, sum(fallback_impressions) AS fallback_impressions, ${METRICS.map(sqlSums).join(', ')}
         FROM unit_agg WHERE experiment = $1 AND phase = $2 AND exposures > 0 GROUP BY variant ORDER BY variant`,
        [experiment, phase],
      );
      const [leaks]: Row[] = await manager.query(
        `SELECT count(*) FILTER (WHERE arms > 1) AS several, count(*) FILTER (WHERE exposures = 0) AS unexposed FROM (
           SELECT count(*) AS arms, sum(exposures) AS exposures FROM unit_agg
           WHERE experiment = $1 AND phase = $2 AND (exposures > 0 OR impressions > 0 OR clicks > 0 OR conversions > 0)
           GROUP BY unit
         ) units`,
        [experiment, phase],
      );
      const [fold]: Row[] = await manager.query(
        'SELECT (SELECT count(*) FROM event_delta) AS pending, folded_through FROM fold_state',
      );
      return {
        arms: new Map(arms.map((row) => [row['variant'] ?? '', armStatistics(row)])),
        unitsInSeveralArms: Number(leaks?.['several']),
        unitsWithoutExposure: Number(leaks?.['unexposed']),
        pendingDeltas: Number(fold?.['pending']),
        foldedThrough: fold?.['folded_through'] ?? '0',
      };
    });
  }
}

function sqlSums({ name, numerator: m, denominator }: MetricDefinition): string {
  const d = denominator ?? '0';
  const columns = {
    m: `sum(${m})`,
    d: `sum(${d})`,
    mm: `sum(${m}::numeric * ${m})`,
    dd: `sum(${d}::numeric * ${d})`,
    md: `sum(${m}::numeric * ${d})`,
    payers: `count(*) FILTER (WHERE ${m} <> 0)`,
  };
  return Object.entries(columns)
    .map(([suffix, sql]) => `${sql} AS "${name}_${suffix}"`)
    .join(', ');
}

function armStatistics(row: Row): ArmStatistics {
  const sums = METRICS.map(({ name }): [MetricDefinition['name'], ArmSums] => {
    const exact = (suffix: string): bigint => BigInt(row[`${name}_${suffix}`] ?? 0);
    return [
      name,
      {
        units: BigInt(row['units'] ?? 0),
        sumM: exact('m'),
        sumD: exact('d'),
        sumMM: exact('mm'),
        sumDD: exact('dd'),
        sumMD: exact('md'),
        unitsWithM: exact('payers'),
      },
    ];
  });
  return {
    units: Number(row['units']),
    impressions: Number(row['impressions']),
    clicks: Number(row['clicks']),
    conversions: Number(row['conversions']),
    fallbackImpressions: Number(row['fallback_impressions']),
    sums: new Map(sums),
  };
}
