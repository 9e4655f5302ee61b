import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Histogram } from '@opentelemetry/api';
import { telemetry } from './start-telemetry';

/** Seconds; fine where an auction decides, coarse beyond. */
const LATENCY_BUCKETS = [
  0.00025, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** A histogram of seconds. */
export function latencyHistogram(name: string, description: string): Histogram {
  return telemetry().meter.createHistogram(name, {
    description,
    unit: 's',
    advice: { explicitBucketBoundaries: LATENCY_BUCKETS },
  });
}

/** A value read when somebody looks: by the labels it has now. */
export function observe(
  name: string,
  description: string,
  read: () => readonly (readonly [number, Record<string, string>])[],
): void {
  telemetry()
    .meter.createObservableGauge(name, { description })
    .addCallback((result) => {
      for (const [value, labels] of read()) result.observe(value, labels);
    });
}

/** Publishes the delay of this process's event loop since the last look, as p50, p99 and maximum, in seconds. */
export function observeEventLoop(): void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  observe('adlift_event_loop_delay_seconds', 'Delay of the event loop since the last scrape', () => {
    const seconds = (ns: number): number => (Number.isFinite(ns) ? ns / 1e9 : 0);
    const read = [
      [seconds(delay.percentile(50)), { quantile: '0.5' }],
      [seconds(delay.percentile(99)), { quantile: '0.99' }],
      [seconds(delay.max), { quantile: '1' }],
    ] as const;
    delay.reset();
    return read;
  });
}
