import type { GuardrailReport, HealthCheck, Report } from '@adlift/client';
import type { MarketTruth } from '../market/index';
import type { AdServerCounts } from './ad-server';
import type { PredictorState } from './predictor-state';

/** What `npm run -s demo -- --once --json` prints. Lifts are relative: 0.3 is +30 %. */
export interface DemoDocument {
  readonly experiment: { readonly key: string; readonly state: string; readonly verdict: string };
  readonly traffic: {
    readonly requests: number;
    readonly exposedUnits: number;
    readonly impressions: number;
    readonly clicks: number;
    readonly conversions: number;
    readonly fallbacks: number;
    readonly seconds: number;
  };
  readonly metrics: readonly MetricLine[];
  readonly truth: {
    readonly ctrLift: number;
    readonly rpmLift: number;
    readonly ctrInside: boolean;
    readonly rpmInside: boolean;
    /** Of revenue per user. */
    readonly revenueLift: number;
    readonly revenueInside: boolean;
  };
  readonly health: { readonly checks: readonly HealthCheck[] };
  readonly guardrails: readonly GuardrailReport[];
  readonly exampleTraceId: string;
}

interface MetricLine {
  readonly metric: string;
  readonly arms: readonly { readonly variant: string; readonly units: number; readonly value: number | null }[];
  /** Null without inference. */
  readonly lift: {
    readonly relative: number;
    readonly low: number | null;
    readonly high: number | null;
    readonly p: number;
    readonly sequentialLow: number | null;
    readonly sequentialHigh: number | null;
    readonly standardError: number;
  } | null;
}

/** Assembles the document from the report, the market's truth, and both sides' counts. */
export function demoDocument(
  report: Report,
  truth: MarketTruth,
  adServer: { readonly counts: AdServerCounts; readonly exampleTraceId: string },
  served: PredictorState['predictions'],
  seconds: number,
): DemoDocument {
  const { key, state, verdict } = report.experiment;
  const agreement = countsAgree(report, adServer.counts, served);
  const metrics = report.metrics.map(metricLine);
  return {
    experiment: { key, state, verdict: agreement.ok ? verdict : 'invalid' },
    traffic: { requests: served.requests, ...report.traffic, fallbacks: served.fallbacks, seconds },
    metrics,
    truth: {
      ctrLift: truth.ctrLift,
      rpmLift: truth.rpmLift,
      ctrInside: inside(metrics, 'ctr', truth.ctrLift),
      rpmInside: inside(metrics, 'rpm', truth.rpmLift),
      revenueLift: truth.revenueLift,
      revenueInside: inside(metrics, 'revenuePerUnit', truth.revenueLift),
    },
    health: { checks: [...report.health.checks, agreement] },
    guardrails: report.guardrails,
    exampleTraceId: adServer.exampleTraceId,
  };
}

function metricLine({ metric, arms, comparisons }: Report['metrics'][number]): MetricLine {
  const shown = arms.map(({ variant, units, value }) => ({ variant, units, value }));
  const result = comparisons[0]?.result;
  if (result === undefined || 'refused' in result) return { metric, arms: shown, lift: null };
  const { lift, p, interval, sequential, standardError } = result.relative;
  const bounds = 'refused' in interval ? { low: null, high: null } : interval;
  const always = 'refused' in sequential ? { low: null, high: null } : sequential;
  return {
    metric,
    arms: shown,
    lift: {
      relative: lift,
      low: bounds.low,
      high: bounds.high,
      p,
      sequentialLow: always.low,
      sequentialHigh: always.high,
      standardError,
    },
  };
}

/** Whether the 95 % interval holds the market's true lift. */
function inside(metrics: readonly MetricLine[], metric: string, truth: number): boolean {
  const lift = metrics.find((line) => line.metric === metric)?.lift;
  if (!lift || lift.low === null || lift.high === null) return false;
  return lift.low <= truth && truth <= lift.high;
}

/** Nothing lost between the ad server and the report: both sides counted for themselves. */
function countsAgree(report: Report, sent: AdServerCounts, served: PredictorState['predictions']): HealthCheck {
  const { impressions, clicks, conversions } = report.traffic;
  const pairs: [string, number, number][] = [
    ['requests', sent.requests, served.requests],
    ['fallbacks', sent.fallbacks, served.fallbacks],
    ['impressions', sent.impressions, impressions],
    ['clicks', sent.clicks, clicks],
    ['conversions', sent.conversions, conversions],
  ];
  return {
    name: 'ad_server_agrees',
    ok: pairs.every(([, there, here]) => there === here),
    detail: pairs.map(([what, there, here]) => `${what} ${there} sent, ${here} counted`).join('; '),
  };
}
