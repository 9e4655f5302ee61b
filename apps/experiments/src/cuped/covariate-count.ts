import { Injectable } from '@nestjs/common';
import type { ClientBase } from 'pg';
import { keepCovariates } from '@adlift/ledger';
import { ExperimentService } from '../experiment/experiment.service';
import { MetricRegistry } from '../metric/metric-registry';
import { COVARIATE_DAYS } from './covariate-days';
import { referenceText } from '../metric/metric-definition';

/** Counts what the adjusted comparisons of an experiment are made of. */
@Injectable()
export class CovariateCount {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly metrics: MetricRegistry,
  ) {}

  /** Of the metrics that its report shows. Sessions and requests were not there before, so of these there is nothing. */
  async count(client: ClientBase, key: string): Promise<void> {
    const { design, phase, source } = await this.experiments.current(key);
    if (design.unit !== 'user') return;
    const shown = await this.metrics.shown(design, 'design');
    const counted = shown.map((metric) => ({ ...metric, key: referenceText(metric) }));
    const days = design.cuped?.days ?? COVARIATE_DAYS;
    await keepCovariates(client, { experiment: key, phase, days, fixed: source === 'flag', metrics: counted });
  }
}
