export { otlp } from './generated/otlp';
export { inHeadSample } from './head-sample';
export { inSpan, type SpanTarget } from './in-span';
export { latencyHistogram, observe, observeEventLoop } from './instruments';
export { MetricsController } from './metrics.controller';
export { loggerModule } from './logger';
export { cutStragglers, shutDownOnSignal } from './shut-down';
export { SlowestPerSecond } from './slowest-per-second';
export {
  type AttributeValue,
  type SpanAttributes,
  type SpanEvent,
  type SpanKindName,
  type SpanLink,
  type SpanRecord,
} from './span-record';
export { SpanSink, type SpanStoreWriter } from './span-sink';
export { spanDay, storeSpans } from './span-store';
export { SpanWriter, type SpanWriterOptions } from './span-writer';
export { startTelemetry, telemetry, type Telemetry } from './start-telemetry';
