import { metrics, trace, type Meter, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { SpanSink } from './span-sink';
import { readTelemetryEnvironment, type TelemetryEnvironment } from './telemetry-environment';
import { isUntraced } from './untraced-path';

/** What a process uses of its telemetry. */
export interface Telemetry {
  /** Whether spans and metrics are made at all. */
  readonly enabled: boolean;
  readonly sink: SpanSink;
  readonly sampleRate: number;
  /** Serves `GET /metrics`. */
  readonly prometheus: PrometheusExporter;
  readonly tracer: Tracer;
  readonly meter: Meter;
}

export interface TelemetryOptions {
  /** Whether the instrumentation of node:http opens a span for incoming requests. */
  readonly incomingHttp: boolean;
}

let started: { telemetry: Telemetry; sdk: NodeSDK } | undefined;

/**
 * Starts OpenTelemetry for the process; must run before anything it instruments is loaded. Throws ConfigError for a
 * wrong variable.
 */
export function startTelemetry(serviceName: string, { incomingHttp }: TelemetryOptions): void {
  const environment = readTelemetryEnvironment(serviceName, process.env);
  const resource = resourceFromAttributes({ 'service.name': environment.serviceName });
  const sink = new SpanSink(environment.serviceName, resource, outsideProcessor(environment));
  const prometheus = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const sdk = new NodeSDK({
    resource,
    autoDetectResources: false,
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(environment.sampleRate) }),
    spanProcessors: [sink],
    metricReaders: [prometheus],
    logRecordProcessors: [],
    instrumentations: [
      new HttpInstrumentation({
        disableIncomingRequestInstrumentation: !incomingHttp,
        ignoreIncomingRequestHook: ({ url }) => isUntraced(url ?? ''),
      }),
      new PgInstrumentation({ requireParentSpan: true }),
    ],
  });
  sdk.start();
  started = {
    sdk,
    telemetry: {
      enabled: environment.enabled,
      sink,
      sampleRate: environment.sampleRate,
      prometheus,
      tracer: trace.getTracer('adlift'),
      meter: metrics.getMeter('adlift'),
    },
  };
}

/** The process's telemetry; started with defaults where no instrumentation file ran, as in tests. */
export function telemetry(): Telemetry {
  if (started === undefined) startTelemetry('adlift', { incomingHttp: false });
  if (started === undefined) throw new Error('telemetry did not start');
  return started.telemetry;
}

/** Sends what is left; the last thing a process does. */
export async function stopTelemetry(): Promise<void> {
  await started?.sdk.shutdown().catch(() => undefined);
}

function outsideProcessor({ otlpProtocol }: TelemetryEnvironment): BatchSpanProcessor | undefined {
  return otlpProtocol === undefined ? undefined : new BatchSpanProcessor({ exporter: exporterFor(otlpProtocol) });
}

function exporterFor(protocol: NonNullable<TelemetryEnvironment['otlpProtocol']>): SpanExporter {
  switch (protocol) {
    case 'http/protobuf':
      return new ProtobufExporter();
    case 'http/json':
      return new JsonExporter();
    case 'grpc':
      return new GrpcExporter();
  }
}
