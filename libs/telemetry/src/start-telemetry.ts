import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';

let sdk: NodeSDK | undefined;

/**
 * Starts OpenTelemetry for the process; must run before anything it instruments is loaded. Without an endpoint in the
 * standard variables nothing is started, so an unconfigured process pays nothing. Never throws into the host.
 */
export function startTelemetry(serviceName: string): void {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT } = process.env;
  if (!OTEL_EXPORTER_OTLP_ENDPOINT && !OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return;
  sdk = new NodeSDK({ serviceName, instrumentations: [new HttpInstrumentation(), new PgInstrumentation()] });
  sdk.start();
}

/** Sends what is left; the last thing a process does. */
export async function stopTelemetry(): Promise<void> {
  await sdk?.shutdown().catch(() => undefined);
}
