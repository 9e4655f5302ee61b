import { SpanStatusCode, TraceFlags, type HrTime } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SpanAttributes, SpanKindName, SpanRecord } from './span-record';

const KINDS: readonly SpanKindName[] = ['internal', 'server', 'client', 'producer', 'consumer'];
const STATUS = { unset: SpanStatusCode.UNSET, ok: SpanStatusCode.OK, error: SpanStatusCode.ERROR };
const SCOPE = { name: 'adlift' };

/** A span of the SDK as a record. */
export function toRecord(span: ReadableSpan, service: string): SpanRecord {
  const { traceId, spanId } = span.spanContext();
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId ?? '',
    name: span.name,
    kind: KINDS[span.kind] ?? 'internal',
    service,
    startNs: nanoseconds(span.startTime),
    durationNs: nanoseconds(span.duration),
    status:
      span.status.code === SpanStatusCode.ERROR ? 'error' : span.status.code === SpanStatusCode.OK ? 'ok' : 'unset',
    statusMessage: span.status.message ?? '',
    attributes: span.attributes as SpanAttributes,
    links: span.links.map(({ context, attributes }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
      attributes: (attributes ?? {}) as SpanAttributes,
    })),
    events: span.events.map(({ time, name, attributes }) => ({
      timeNs: nanoseconds(time),
      name,
      attributes: (attributes ?? {}) as SpanAttributes,
    })),
  };
}

/** A record as the SDK's exporters take it. */
export function fromRecord(record: SpanRecord, resource: Resource): ReadableSpan {
  const contextOf = (traceId: string, spanId: string) => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
  return {
    name: record.name,
    kind: KINDS.indexOf(record.kind),
    spanContext: () => contextOf(record.traceId, record.spanId),
    ...(record.parentSpanId === '' ? {} : { parentSpanContext: contextOf(record.traceId, record.parentSpanId) }),
    startTime: hrTime(record.startNs),
    endTime: hrTime(record.startNs + record.durationNs),
    duration: hrTime(record.durationNs),
    status: { code: STATUS[record.status], ...(record.statusMessage === '' ? {} : { message: record.statusMessage }) },
    attributes: record.attributes,
    links: record.links.map(({ traceId, spanId, attributes }) => ({
      context: contextOf(traceId, spanId),
      attributes: attributes,
    })),
    events: record.events.map(({ timeNs, name, attributes }) => ({
      time: hrTime(timeNs),
      name,
      attributes: attributes,
    })),
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function nanoseconds([seconds, nanos]: HrTime): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
}

function hrTime(ns: bigint): HrTime {
  return [Number(ns / 1_000_000_000n), Number(ns % 1_000_000_000n)];
}
