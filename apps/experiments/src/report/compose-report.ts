import type { ExperimentState, Report } from '@adlift/client';
import type { ExperimentDesign } from '../experiment/experiment-design';
import type { MetricDefinition } from '../metric/metric-definition';
import { goalFamily, secondaryFamily } from './families';
import { judgeGuardrails } from './guardrails';
import { healthChecks } from './health-gate';
import type { ArmStatistics, PhaseStatistics } from './kept-statistics';
import { judgeLatency } from './latency-guardrail';
import { metricReport } from './metric-report';
import { notWorseGuardrails } from './not-worse';
import { outlookOf } from './outlook';
import { decideVerdict } from './verdict';

/** Everything that a report depends on. */
export interface ReportInputs {
  readonly key: string;
  readonly state: ExperimentState;
  readonly phase: number;
  readonly design: ExperimentDesign;
  /** What is shown, in this order; all that the design names are among them. */
  readonly metrics: readonly MetricDefinition[];
  readonly statistics: PhaseStatistics;
}

/** Turns the kept sums of an experiment's phase into lifts, checks, guardrails and a verdict; the same inputs give the same bits. */
export function composeReport({ key, state, phase, design, metrics: shown, statistics }: ReportInputs): Report {
  const metrics = shown.map((metric) => metricReport(metric, design, statistics.arms));
  const checks = healthChecks(design, statistics);
  const guardrails = [
    ...judgeGuardrails(design, statistics),
    ...judgeLatency(design, statistics),
    ...notWorseGuardrails(design, shown, statistics),
  ];
  const goals = goalFamily(design, shown, statistics);
  const { verdict, reasons } = decideVerdict({ state, checks, guardrails, goals });
  return {
    experiment: { key, state, phase, currency: design.currency, verdict, reasons },
    traffic: {
      exposedUnits: total(statistics, ({ units }) => units),
      impressions: total(statistics, ({ impressions }) => impressions),
      clicks: total(statistics, ({ clicks }) => clicks),
      conversions: total(statistics, ({ conversions }) => conversions),
    },
    metrics,
    health: { checks },
    guardrails,
    families: { goals, secondaries: secondaryFamily(design, shown, statistics) },
    outlook: outlookOf(design, metrics, statistics),
    folding: {
      pendingDeltas: statistics.pendingDeltas,
      foldedThrough: statistics.foldedThrough,
      spooled: statistics.spooled.records,
    },
    reviewed: { requests: statistics.review.requests, through: statistics.review.through },
  };
}

function total({ arms }: PhaseStatistics, of: (arm: ArmStatistics) => number): number {
  return [...arms.values()].reduce((sum, arm) => sum + of(arm), 0);
}
