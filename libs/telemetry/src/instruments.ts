import type { Histogram } from '@opentelemetry/api';
import { EventLoopWatch } from './event-loop-watch';
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

/** Publishes how long this process's event loop did not turn since the last look, and what of that was garbage collection. */
export function observeEventLoop(): void {
  const { meter } = telemetry();
  const delay = meter.createObservableGauge('adlift_event_loop_delay_seconds', {
    description: 'Delay of the event loop since the last scrape',
  });
  const besides = meter.createObservableGauge('adlift_event_loop_delay_besides_gc_seconds', {
    description: 'Longest delay of the event loop since the last scrape, pauses of the garbage collector not counted',
  });
  const pause = meter.createObservableGauge('adlift_gc_pause_seconds', {
    description: 'Longest pause of the garbage collector since the last scrape, by kind',
  });
  const watch = new EventLoopWatch();
  // One look for all, because a look begins anew.
  meter.addBatchObservableCallback(
    (result) => {
      const { p50, p99, longest, longestBesidesGc, gc } = watch.read();
      for (const [quantile, ms] of Object.entries({ '0.5': p50, '0.99': p99, '1': longest })) {
        result.observe(delay, ms / 1000, { quantile });
      }
      result.observe(besides, longestBesidesGc / 1000);
      for (const [kind, ms] of Object.entries(gc)) result.observe(pause, ms / 1000, { kind });
    },
    [delay, besides, pause],
  );
}
