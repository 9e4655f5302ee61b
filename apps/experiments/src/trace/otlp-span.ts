import { otlp, type SpanEvent, type SpanKindName, type SpanLink, type SpanRecord } from '@adlift/telemetry';
import { readAttributes } from './otlp-attributes';
import { fieldsOf, idOf, listOf, MalformedSpan, nanosecondsOf, textOf } from './otlp-fields';

/** By OTLP's numbers; a kind that is not said is internal. */
const KINDS: readonly SpanKindName[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES: readonly SpanRecord['status'][] = ['unset', 'ok', 'error'];

/** One span of OTLP, decoded from protobuf or JSON alike. Throws {@link MalformedSpan}. */
export function readSpan(value: unknown, service: string): SpanRecord {
  const span = fieldsOf(value, 'span');
  const startNs = nanosecondsOf(span['startTimeUnixNano'], 'startTimeUnixNano');
  const endNs = nanosecondsOf(span['endTimeUnixNano'], 'endTimeUnixNano');
  if (endNs < startNs) throw new MalformedSpan('endTimeUnixNano is before startTimeUnixNano');
  const status = fieldsOf(span['status'], 'status');
  return {
    traceId: idOf(span['traceId'], 16, 'traceId'),
    spanId: idOf(span['spanId'], 8, 'spanId'),
    parentSpanId: isNoId(span['parentSpanId']) ? '' : idOf(span['parentSpanId'], 8, 'parentSpanId'),
    name: textOf(span['name'], 'name'),
    kind: KINDS[enumOf(span['kind'], otlp.SpanKind)] ?? 'internal',
    service,
    startNs,
    durationNs: endNs - startNs,
    status: STATUSES[enumOf(status['code'], otlp.StatusCode)] ?? 'unset',
    statusMessage: textOf(status['message'], 'status.message'),
    attributes: readAttributes(span['attributes'], 'attributes'),
    links: listOf(span['links'], 'links').flatMap(readLink),
    events: listOf(span['events'], 'events').map(readEvent),
  };
}

/** SDKs record links to nothing as well; those are left out. */
function readLink(value: unknown, i: number): SpanLink[] {
  const path = `links[${i}]`;
  const { traceId, spanId, attributes } = fieldsOf(value, path);
  if (isNoId(traceId) || isNoId(spanId)) return [];
  return [
    {
      traceId: idOf(traceId, 16, `${path}.traceId`),
      spanId: idOf(spanId, 8, `${path}.spanId`),
      attributes: readAttributes(attributes, `${path}.attributes`),
    },
  ];
}

function readEvent(value: unknown, i: number): SpanEvent {
  const path = `events[${i}]`;
  const { timeUnixNano, name, attributes } = fieldsOf(value, path);
  return {
    timeNs: nanosecondsOf(timeUnixNano, `${path}.timeUnixNano`),
    name: textOf(name, `${path}.name`),
    attributes: readAttributes(attributes, `${path}.attributes`),
  };
}

function isNoId(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return value instanceof Uint8Array
    ? value.every((byte) => byte === 0)
    : typeof value === 'string' && /^0*$/.test(value);
}

/** The number of an enum's value, given as that or, as protobuf's JSON mapping allows, by its name. */
function enumOf(value: unknown, values: Readonly<Record<string, string | number>>): number {
  return Number(typeof value === 'string' ? values[value] : value);
}
