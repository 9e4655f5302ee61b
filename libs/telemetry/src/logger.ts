import { trace } from '@opentelemetry/api';
import { LoggerModule } from 'nestjs-pino';
import type { DynamicModule } from '@nestjs/common';

/**
 * JSON logs by pino, one line an entry, on standard error, with the trace that was being worked on; no line per
 * request, which would be the hot path. Units, features and tokens have no place in a log line.
 */
export function loggerModule(level: string): DynamicModule {
  return LoggerModule.forRoot({
    pinoHttp: [{ level, autoLogging: false, quietReqLogger: true, mixin: currentTrace }, process.stderr],
  });
}

function currentTrace(): Record<string, string> {
  const context = trace.getActiveSpan()?.spanContext();
  return context === undefined ? {} : { trace_id: context.traceId, span_id: context.spanId };
}
