import { z } from 'zod';
import { readConfig } from '@adlift/config';

/** What OpenTelemetry's standard variables and ours say; read once, before anything is instrumented. */
const telemetryEnvironment = z.object({
  /** Share of traces kept whatever happens in them; errors, fallbacks and the slowest are kept beside them. */
  TRACE_SAMPLE_RATE: z.coerce.number('must be 0 to 1').min(0, 'must be 0 to 1').max(1, 'must be 0 to 1').default(0.01),
  OTEL_SDK_DISABLED: z.enum(['true', 'false']).default('false'),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.enum(['http/protobuf', 'http/json', 'grpc']).default('http/protobuf'),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.enum(['http/protobuf', 'http/json', 'grpc']).optional(),
});

export interface TelemetryEnvironment {
  /** False with OTEL_SDK_DISABLED: neither spans nor metrics are made. */
  readonly enabled: boolean;
  readonly sampleRate: number;
  readonly serviceName: string;
  /** Undefined without an outside backend. */
  readonly otlpProtocol: 'http/protobuf' | 'http/json' | 'grpc' | undefined;
}

/** Throws ConfigError naming a wrong variable. */
export function readTelemetryEnvironment(serviceName: string, env: NodeJS.ProcessEnv): TelemetryEnvironment {
  const config = readConfig(telemetryEnvironment, env);
  const outside = config.OTEL_EXPORTER_OTLP_ENDPOINT ?? config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  return {
    enabled: config.OTEL_SDK_DISABLED === 'false',
    sampleRate: config.TRACE_SAMPLE_RATE,
    serviceName: config.OTEL_SERVICE_NAME ?? serviceName,
    otlpProtocol:
      outside === undefined
        ? undefined
        : (config.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? config.OTEL_EXPORTER_OTLP_PROTOCOL),
  };
}
