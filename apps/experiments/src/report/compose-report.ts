import type { MetricReport, Report } from '@adlift/client';
import type { MetricDefinition } from '../metric/metric-definition';
import { adjustedReport } from '../cuped/adjusted-report';
import { goalFamily, secondaryFamily } from './families';
import { judgeGuardrails } from './guardrails';
import { healthChecks } from './health-gate';
import type { ArmStatistics, PhaseStatistics } from './kept-statistics';
import { judgeLatency } from './latency-guardrail';
import { metricReport } from './metric-report';
import { notWorseGuardrails } from './not-worse';
import { outlookOf } from './outlook';
import type { ReportInputs } from './report-inputs';
import { decideVerdict } from './verdict';

/** Turns the kept sums of an experiment's phase into lifts, checks, guardrails and a verdict; the same inputs give the same bits. */
export function composeReport(inputs: ReportInputs): Report {
  const { key, state, phase, design, metrics: shown, statistics } = inputs;
  const metrics = shown.map((metric) => shownMetric(metric, inputs));
  const checks = healthChecks(design, statistics);
  const guardrails = [
    ...judgeGuardrails(design, statistics),
    ...judgeLatency(design, statistics),
    ...notWorseGuardrails(design, shown, statistics),
  ];
  const goals = goalFamily(inputs);
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
    families: { goals, secondaries: secondaryFamily(inputs) },
    outlook: outlookOf(design, metrics, statistics),
    folding: {
      pendingDeltas: statistics.pendingDeltas,
      foldedThrough: statistics.foldedThrough,
      spooled: statistics.spooled.records,
      totalsWaiting: statistics.sent.waiting,
    },
    reviewed: { requests: statistics.review.requests, through: statistics.review.through },
  };
}

function shownMetric(metric: MetricDefinition, inputs: ReportInputs): MetricReport {
  const plain = metricReport(metric, inputs.design, inputs.statistics.arms);
  const adjusted = adjustedReport(metric, inputs);
  return adjusted === undefined ? plain : { ...plain, adjusted };
}

function total({ arms }: PhaseStatistics, of: (arm: ArmStatistics) => number): number {
  return [...arms.values()].reduce((sum, arm) => sum + of(arm), 0);
}
