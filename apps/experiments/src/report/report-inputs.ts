import type { ExperimentState } from '@adlift/client';
import type { CountedCovariates } from '../cuped/covariate-store';
import type { ExperimentDesign } from '../experiment/experiment-design';
import type { MetricDefinition } from '../metric/metric-definition';
import type { PhaseStatistics } from './kept-statistics';

/** Everything that a report depends on. */
export interface ReportInputs {
  readonly key: string;
  readonly state: ExperimentState;
  readonly phase: number;
  readonly design: ExperimentDesign;
  /** What is shown, in this order; all that the design names are among them. */
  readonly metrics: readonly MetricDefinition[];
  readonly statistics: PhaseStatistics;
  /** By the metric's name; of those that were counted already. */
  readonly covariates: ReadonlyMap<string, CountedCovariates>;
}
