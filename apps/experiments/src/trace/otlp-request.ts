import type { SpanRecord } from '@adlift/telemetry';
import { DomainError } from '@adlift/problem';
import { readAttributes } from './otlp-attributes';
import { fieldsOf, listOf, MalformedSpan } from './otlp-fields';
import { readSpan } from './otlp-span';

/** The spans of an export request that can be kept, and how many cannot. */
export interface ReadRequest {
  readonly records: readonly SpanRecord[];
  readonly rejected: number;
  /** Why the first of them was rejected; empty when none was. */
  readonly reason: string;
}

/** Which starts are acceptable: nothing that is past its retention already, nothing from a clock far ahead. */
export interface AcceptedTimes {
  readonly earliestNs: bigint;
  readonly latestNs: bigint;
}

const UNKNOWN_SERVICE = 'unknown_service';

/**
 * Reads an `ExportTraceServiceRequest`, decoded from protobuf or JSON. A malformed span is left out and counted; throws
 * an `invalid_argument` DomainError when what holds the spans is malformed itself.
 */
export function readRequest(request: unknown, times: AcceptedTimes): ReadRequest {
  const records: SpanRecord[] = [];
  const reasons: string[] = [];
  for (const { service, span } of spansOf(request)) {
    try {
      records.push(timely(readSpan(span, service), times));
    } catch (error) {
      if (!(error instanceof MalformedSpan)) throw error;
      reasons.push(error.message);
    }
  }
  return { records, rejected: reasons.length, reason: reasons[0] ?? '' };
}

function spansOf(request: unknown): { service: string; span: unknown }[] {
  try {
    return listOf(fieldsOf(request, 'body')['resourceSpans'], 'resourceSpans').flatMap((item, i) => {
      const { resource, scopeSpans } = fieldsOf(item, `resourceSpans[${i}]`);
      const service = serviceOf(resource);
      return listOf(scopeSpans, `resourceSpans[${i}].scopeSpans`).flatMap((scope) =>
        listOf(fieldsOf(scope, 'scopeSpans')['spans'], 'spans').map((span) => ({ service, span })),
      );
    });
  } catch (error) {
    if (error instanceof MalformedSpan) throw new DomainError('invalid_argument', error.message, 'resourceSpans');
    throw error;
  }
}

function serviceOf(resource: unknown): string {
  const name = readAttributes(fieldsOf(resource, 'resource')['attributes'], 'resource.attributes')['service.name'];
  return typeof name === 'string' && name !== '' ? name : UNKNOWN_SERVICE;
}

function timely(record: SpanRecord, { earliestNs, latestNs }: AcceptedTimes): SpanRecord {
  if (record.startNs < earliestNs) throw new MalformedSpan('startTimeUnixNano is older than spans are kept');
  if (record.startNs > latestNs) throw new MalformedSpan('startTimeUnixNano is in the future');
  return record;
}
