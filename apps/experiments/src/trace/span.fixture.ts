import type { SpanRecord } from '@adlift/telemetry';

/** An id made of a short name: "a" is "61" and zeros. */
export function spanId(name: string): string {
  return Buffer.from(name).toString('hex').padEnd(16, '0').slice(0, 16);
}

export const TRACE_ID = '0123456789abcdef0123456789abcdef';

/** A span of `TRACE_ID` from `start` to `end`, in microseconds after `baseNs`. */
export function spanOf(
  name: string,
  parent: string,
  start: number,
  end: number,
  more: Partial<SpanRecord> = {},
  baseNs = 1_790_000_000_000_000_000n,
): SpanRecord {
  return {
    traceId: TRACE_ID,
    spanId: spanId(name),
    parentSpanId: parent === '' ? '' : spanId(parent),
    name,
    kind: 'internal',
    service: 'test',
    startNs: baseNs + BigInt(Math.round(start * 1000)),
    durationNs: BigInt(Math.round((end - start) * 1000)),
    status: 'unset',
    statusMessage: '',
    attributes: {},
    links: [],
    events: [],
    ...more,
  };
}
