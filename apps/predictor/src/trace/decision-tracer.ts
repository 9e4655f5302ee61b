import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { inHeadSample, SlowestPerSecond, telemetry, type SpanRecord } from '@adlift/telemetry';
import type { TraceContext, PredictAnswer } from '@adlift/wire';
import { decisionSpans, toEpochNs, type TracedDecision } from './decision-spans';
import type { Stopwatch } from './stopwatch';

const SLOWEST_KEPT_PER_SECOND = 5;

/** Decides which decisions are traced, and makes their spans: the head sample, every fallback and error, the slowest. */
@Injectable()
export class DecisionTracer implements OnApplicationShutdown {
  private readonly telemetry = telemetry();
  private readonly slowest = new SlowestPerSecond<SpanRecord[]>(SLOWEST_KEPT_PER_SECOND, (traces) =>
    this.telemetry.sink.accept(traces.flat()),
  );

  /** Whether a decision of this trace is kept whatever happens in it: known before the tokens are sealed. */
  inHeadSample(trace: TraceContext): boolean {
    return this.telemetry.enabled && inHeadSample(trace.traceId, this.telemetry.sampleRate);
  }

  /** A decision that was answered. */
  answered(method: string, trace: TraceContext, watch: Stopwatch, answer: PredictAnswer): void {
    if (!this.telemetry.enabled) return;
    const spansFor = (keptBecause: TracedDecision['keptBecause']): SpanRecord[] =>
      decisionSpans({ service: this.telemetry.sink.serviceName, method, trace, watch, answer, keptBecause });
    if (answer.fallback) this.telemetry.sink.accept(spansFor('fallback'));
    else if (this.inHeadSample(trace)) this.telemetry.sink.accept(spansFor('head'));
    else this.slowest.offer(watch.totalMs, performance.now(), () => spansFor('slow'));
  }

  /** A call that failed, at the edge or within. */
  failed(method: string, trace: TraceContext, watch: Stopwatch, status: string, message: string): void {
    if (!this.telemetry.enabled) return;
    const startNs = toEpochNs(watch.startedAt);
    this.telemetry.sink.accept([
      {
        traceId: trace.traceId,
        spanId: trace.spanId,
        parentSpanId: trace.parentSpanId,
        name: method,
        kind: 'server',
        service: this.telemetry.sink.serviceName,
        startNs,
        durationNs: toEpochNs(performance.now()) - startNs,
        status: 'error',
        statusMessage: message,
        attributes: {
          'rpc.system': 'grpc',
          'rpc.method': method,
          'rpc.response.status_code': status,
          'error.type': status,
        },
        links: [],
        events: [],
      },
    ]);
  }

  onApplicationShutdown(): void {
    this.slowest.flush();
  }
}
