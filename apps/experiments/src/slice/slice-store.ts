import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { MomentsRow } from '../metric/estimate-metric';
import type { MetricDefinition } from '../metric/metric-definition';
import { armStatistics, type ArmStatistics } from '../report/kept-statistics';

/** The arms of one slice. */
export interface SliceStatistics {
  readonly value: string;
  /** By variant; one that nobody in the slice was assigned to is absent. */
  readonly arms: ReadonlyMap<string, ArmStatistics>;
}

/** The slices of one dimension. */
export interface DimensionStatistics {
  readonly countedAt: Date;
  readonly slices: readonly SliceStatistics[];
}

type Arms = Map<string, Map<string, ArmStatistics>>;

/** An experiment whose slices are to be counted. */
export interface SlicedExperiment {
  readonly key: string;
  readonly phase: number;
}

/** Reads slices, and which experiments are to be cut. */
@Injectable()
export class SliceStore {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** What is counted of a phase, by dimension. */
  async ofPhase(
    experiment: string,
    phase: number,
    metrics: readonly MetricDefinition[],
  ): Promise<ReadonlyMap<string, DimensionStatistics>> {
    const rows = await this.source.query<MomentsRow[]>(
      'SELECT *, counted_at::text AS counted FROM exp_slice WHERE experiment = $1 AND phase = $2 ORDER BY dimension, value, variant',
      [experiment, phase],
    );
    const dimensions = new Map<string, { countedAt: Date; slices: Arms }>();
    for (const row of rows) {
      const { dimension = '', value = '', variant = '', counted = '' } = row;
      const found = dimensions.get(dimension) ?? { countedAt: new Date(counted), slices: new Map() as Arms };
      const arms = found.slices.get(value) ?? new Map<string, ArmStatistics>();
      arms.set(variant, armStatistics(row, metrics));
      found.slices.set(value, arms);
      dimensions.set(dimension, found);
    }
    return new Map(
      Array.from(dimensions, ([dimension, { countedAt, slices }]) => [
        dimension,
        { countedAt, slices: Array.from(slices, ([value, arms]) => ({ value, arms })) },
      ]),
    );
  }

  /** Experiments of which more may have come: those that have begun, and were waited for until a day ago at the longest. */
  async open(): Promise<readonly SlicedExperiment[]> {
    return this.source.query<SlicedExperiment[]>(
      `SELECT key, phase FROM experiment
       WHERE started_at IS NOT NULL AND (ended_at IS NULL OR greatest(ended_at, drain_until) > now() - interval '1 day') ORDER BY key`,
    );
  }
}
