import { metricReference } from './metric-definition';

/** The parts of a design that name metrics. */
export interface NamesMetrics {
  readonly goal: string;
  readonly metrics?: FurtherMetrics | undefined;
}

interface FurtherMetrics {
  readonly goals: readonly string[];
  readonly secondaries: readonly string[];
  readonly guardrails: readonly { readonly metric: string; readonly margin: number }[];
}

/** A metric that a design names, and where. */
export interface NamedMetric {
  readonly reference: string;
  /** Inside the design. */
  readonly path: readonly (string | number)[];
}

/** The metrics that a design names, the goal first. */
export function namedMetrics({ goal, metrics }: NamesMetrics): readonly NamedMetric[] {
  return [
    { reference: goal, path: ['goal'] },
    ...(metrics?.goals ?? []).map((reference, i) => ({ reference, path: ['metrics', 'goals', i] })),
    ...(metrics?.secondaries ?? []).map((reference, i) => ({ reference, path: ['metrics', 'secondaries', i] })),
    ...(metrics?.guardrails ?? []).map(({ metric }, i) => ({
      ...{ reference: metric, path: ['metrics', 'guardrails', i, 'metric'] },
    })),
  ];
}

/** The design with every reference to a metric replaced by what `resolve` makes of it. */
export function withResolvedMetrics<Design extends NamesMetrics>(
  design: Design,
  resolve: (reference: string) => string,
): Design {
  const { goal, metrics } = design;
  if (metrics === undefined) return { ...design, goal: resolve(goal) };
  const resolved: FurtherMetrics = {
    goals: metrics.goals.map(resolve),
    secondaries: metrics.secondaries.map(resolve),
    guardrails: metrics.guardrails.map((one) => ({ ...one, metric: resolve(one.metric) })),
  };
  return { ...design, goal: resolve(goal), metrics: resolved };
}

/** The name alone, by which reports call a metric: a design has one version of each. */
export const nameOf = (reference: string): string => metricReference(reference).name;
