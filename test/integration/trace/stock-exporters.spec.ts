import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { until } from '../setup/until';
import { TraceBench } from './trace-bench';

/** What the exporters call gzip; their enum is not among the packages of this project. */
const GZIP = 'gzip' as NonNullable<NonNullable<ConstructorParameters<typeof JsonExporter>[0]>['compression']>;

describe("OpenTelemetry's own exporters", () => {
  let bench: TraceBench;

  beforeAll(async () => {
    bench = await TraceBench.open();
  });
  afterAll(() => bench.close());

  it.each([
    ['JSON', JsonExporter, undefined],
    ['packed JSON', JsonExporter, GZIP],
    ['protobuf', ProtobufExporter, undefined],
    ['packed protobuf', ProtobufExporter, GZIP],
  ])('are understood in %s', async (name, Exporter, compression) => {
    const exporter = new Exporter({
      url: `${bench.url}/v1/traces`,
      ...(compression === undefined ? {} : { compression }),
    });
    const provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': `shop ${name}` }),
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
    });
    const span = provider.getTracer('test').startSpan(name, {
      kind: SpanKind.SERVER,
      startTime: [Math.floor(Date.now() / 1000), 123_456_789],
      attributes: { 'adlift.experiment': 'price', int: 7, double: 0.25, yes: true, list: ['a', 'b'] },
      links: [{ context: { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 } }],
    });
    span.addEvent('retry', { n: 2 });
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
    span.end();
    await provider.forceFlush();
    const [row] = await until('the span', async () => {
      const found = await bench.rows<Record<string, unknown>>('SELECT * FROM span WHERE name = $1', [name]);
      return found.length > 0 && found;
    });
    expect(row).toMatchObject({
      trace_id: span.spanContext().traceId,
      span_id: span.spanContext().spanId,
      kind: 'server',
      service: `shop ${name}`,
      status: 'error',
      status_message: 'no',
      experiment: 'price',
      attributes: { int: 7, double: 0.25, yes: true, list: ['a', 'b'] },
      links: [{ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) }],
      events: [{ name: 'retry', attributes: { n: 2 } }],
    });
    expect(String(row?.['start_ns'])).toMatch(/123456789$/);
    await provider.shutdown();
  });
});
