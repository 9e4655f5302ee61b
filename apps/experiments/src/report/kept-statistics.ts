import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { ArmSums } from '@adlift/statistics';
import { armSums, sumsOf, type MomentsRow } from '../metric/estimate-metric';
import type { MetricDefinition } from '../metric/metric-definition';
import { comparedTotals, type ComparedTotals } from '../event-total/compared-totals';
import { servedRequests, type ServedRequests } from './served-requests';

/** Everything a report reads about one phase, taken in one snapshot. */
export interface PhaseStatistics extends ServedRequests {
  /** By variant; a variant without an exposed unit is absent. */
  readonly arms: ReadonlyMap<string, ArmStatistics>;
  /** What ad servers say they have sent. */
  readonly sent: ComparedTotals;
  /** Days since the phase was opened, to its end if it has one. */
  readonly days: number;
  /** Units that were exposed to, or have events in, more than one arm. */
  readonly unitsInSeveralArms: number;
  /** Units with events but no exposure. */
  readonly unitsWithoutExposure: number;
  /** Changes of a unit that wait to be folded, of the first 200,000 deltas; a delta may hold many. */
  readonly pendingDeltas: number;
  readonly foldedThrough: string;
  /** Events and exposures that predictors hold and PostgreSQL has not, as they last told, and the age of the oldest. */
  readonly spooled: { readonly records: number; readonly oldestSeconds: number };
}

export interface ArmStatistics {
  readonly units: number;
  readonly impressions: number;
  readonly clicks: number;
  readonly conversions: number;
  readonly fallbackImpressions: number;
  /** By the metric's name. */
  readonly sums: ReadonlyMap<string, ArmSums>;
  /** Per unit: numerator the predicted click probabilities of its impressions in 1e-9, denominator its clicks. */
  readonly calibration: ArmSums;
}

/** A queue longer than this is not counted to its end. */
const MAX_COUNTED = 200_000;

/** Reads the kept sums, exact integers throughout: numeric in SQL, bigint here. */
@Injectable()
export class KeptStatistics {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** The sums of these metrics, and what checks need. */
  async ofPhase(experiment: string, phase: number, metrics: readonly MetricDefinition[]): Promise<PhaseStatistics> {
    return this.source.transaction('REPEATABLE READ', async (manager) => {
      const arms: MomentsRow[] = await manager.query(
        'SELECT * FROM exp_moments WHERE experiment = $1 AND phase = $2 AND units > 0 ORDER BY variant',
        [experiment, phase],
      );
      const [counts]: MomentsRow[] = await manager.query(
        'SELECT units_in_several_arms, units_without_exposure FROM exp_phase WHERE experiment = $1 AND phase = $2',
        [experiment, phase],
      );
      const [opened]: MomentsRow[] = await manager.query(
        `SELECT extract(epoch FROM coalesce(closed_at, now()) - opened_at) / 86400 AS days
         FROM experiment_phase WHERE experiment = $1 AND phase = $2`,
        [experiment, phase],
      );
      const [fold]: MomentsRow[] = await manager.query(
        `SELECT (SELECT coalesce(sum(coalesce(cardinality(units), 1)), 0)
           FROM (SELECT units FROM event_delta LIMIT ${MAX_COUNTED}) AS waiting) AS pending, folded_through
         FROM fold_state`,
      );
      // A predictor that fell silent still holds what it held last, and that grows older.
      const [spools]: MomentsRow[] = await manager.query(
        `SELECT coalesce(sum(spooled), 0) AS records,
           coalesce(max(spool_lag_ms / 1000.0 + extract(epoch FROM clock_timestamp() - seen_at)), 0) AS seconds
         FROM replica WHERE spooled > 0`,
      );
      return {
        arms: new Map(arms.map((row) => [row['variant'] ?? '', armStatistics(row, metrics)])),
        sent: await comparedTotals(manager, experiment, phase),
        ...(await servedRequests(manager, experiment, phase)),
        days: Number(opened?.['days'] ?? 0),
        unitsInSeveralArms: Number(counts?.['units_in_several_arms'] ?? 0),
        unitsWithoutExposure: Number(counts?.['units_without_exposure'] ?? 0),
        pendingDeltas: Number(fold?.['pending']),
        foldedThrough: fold?.['folded_through'] ?? '0',
        spooled: { records: Number(spools?.['records']), oldestSeconds: Number(spools?.['seconds']) },
      };
    });
  }
}

/** The statistics of one arm from its row of exp_moments, or of exp_slice. */
export function armStatistics(row: MomentsRow, metrics: readonly MetricDefinition[]): ArmStatistics {
  return {
    units: Number(row['units']),
    impressions: Number(row['sum_impressions']),
    clicks: Number(row['sum_clicks']),
    conversions: Number(row['sum_conversions']),
    fallbackImpressions: Number(row['sum_fallback_impressions']),
    sums: new Map(metrics.map((metric) => [metric.name, sumsOf(row, metric)])),
    calibration: armSums(row, 'predicted_clicks_e9', 'clicks'),
  };
}
