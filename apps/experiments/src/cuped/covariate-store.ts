import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { CrossSums } from '@adlift/statistics';
import { nameOf } from '../metric/design-metrics';

/** What was counted of one metric and the same before the experiment. */
export interface CountedCovariates {
  /** ISO 8601; what came later is not in it. */
  readonly countedAt: string;
  /** Full days before the experiment that were looked at. */
  readonly days: number;
  /** By variant; the variables are those of `keepCovariates`. */
  readonly arms: ReadonlyMap<string, CrossSums>;
}

interface Row {
  readonly variant: string;
  readonly metric: string;
  readonly days: number;
  readonly counted: Date;
  readonly units: string;
  readonly sums: readonly string[];
  readonly products: readonly string[];
}

/** Reads what the job has counted. */
@Injectable()
export class CovariateStore {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** By the metric's name: a phase has one version of each. */
  async ofPhase(experiment: string, phase: number): Promise<ReadonlyMap<string, CountedCovariates>> {
    // As text: numbers of an array would be read as doubles.
    const rows = await this.source.query<Row[]>(
      `SELECT variant, metric, days, counted_at AS counted, units, sums::text[], products::text[] FROM exp_covariate
       WHERE experiment = $1 AND phase = $2 ORDER BY metric, variant`,
      [experiment, phase],
    );
    const metrics = new Map<string, CountedCovariates & { arms: Map<string, CrossSums> }>();
    for (const { variant, metric, days, counted, units, sums, products } of rows) {
      const found = metrics.get(nameOf(metric)) ?? { countedAt: counted.toISOString(), days, arms: new Map() };
      found.arms.set(variant, { units: BigInt(units), sums: sums.map(BigInt), products: products.map(BigInt) });
      metrics.set(nameOf(metric), found);
    }
    return metrics;
  }
}
