import { addUnit, emptyArmSums, type ArmSums } from '@adlift/statistics';
import type { ExperimentDesign } from '../experiment/experiment-design';
import type { ArmStatistics, PhaseStatistics } from './kept-statistics';
import type { ReportInputs } from './report-inputs';
import { CLASSIC_METRICS } from '../metric/built-in-metrics';

/** Two arms "a" (control) and "b" of one half each, decided by revenue per mille at any time. */
export const TWO_ARMS = {
  unit: 'user',
  currency: 'EUR',
  variants: [
    { name: 'a', weight: 50, control: true, ctr: 'm@1', explore: 0 },
    { name: 'b', weight: 50, control: false, ctr: 'm@2', explore: 0 },
  ],
  rollout: 100,
  goal: 'rpm',
  mode: 'sequential',
  decisionScale: 'relative',
  alpha: 0.05,
  plannedUnits: 4000,
} as const satisfies ExperimentDesign;

/** What a unit of an arm does, by its number. */
export interface UnitOutcome {
  readonly impressions: number;
  readonly clicks: number;
  readonly micros: number;
  /** Sum of the click probabilities of its impressions. */
  readonly predicted: number;
  readonly fallbacks?: number;
}

/** The kept sums of an arm of `units` units. */
export function armOf(units: number, outcome: (unit: number) => UnitOutcome): ArmStatistics {
  const sums = new Map(CLASSIC_METRICS.map(({ name }) => [name, emptyArmSums()]));
  const calibration = emptyArmSums();
  const totals = { impressions: 0, clicks: 0, fallbackImpressions: 0 };
  for (let unit = 0; unit < units; unit++) {
    const { impressions, clicks, micros, predicted, fallbacks = 0 } = outcome(unit);
    const add = (metric: string, m: number, d: number): void =>
      addUnit(sums.get(metric) as ArmSums, BigInt(m), BigInt(d));
    add('ctr', clicks, impressions);
    add('conversionRate', 0, clicks);
    add('rpm', micros, impressions);
    add('revenuePerUnit', micros, 0);
    addUnit(calibration, BigInt(Math.round(predicted * 1e9)), BigInt(clicks));
    totals.impressions += impressions;
    totals.clicks += clicks;
    totals.fallbackImpressions += fallbacks;
  }
  return { units, ...totals, conversions: 0, sums, calibration };
}

/** A phase with these arms in which nothing else is amiss. */
export function phaseOf(arms: Readonly<Record<string, ArmStatistics>>): PhaseStatistics {
  return {
    arms: new Map(Object.entries(arms)),
    sent: { waiting: false, toldAt: null, arms: {} },
    review: { through: null, requests: 0, leaked: 0, unverified: 0, example: null, unexposedUnits: 0 },
    latency: {},
    handEdit: null,
    days: 2,
    unitsInSeveralArms: 0,
    unitsWithoutExposure: 0,
    pendingDeltas: 0,
    foldedThrough: '0',
    spooled: { records: 0, oldestSeconds: 0 },
  };
}

/** What a report on the first phase of a running experiment of two arms is made of. */
export function inputsOf(statistics: PhaseStatistics, changes: Partial<ReportInputs> = {}): ReportInputs {
  const experiment = { key: 'one', state: 'running', phase: 1, design: TWO_ARMS } as const;
  return { ...experiment, metrics: CLASSIC_METRICS, covariates: new Map(), statistics, ...changes };
}
