import { randomHex } from './drawn-bytes';

/** The part of a W3C trace context that a decision carries on. */
export interface TraceContext {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 hex digits for a span of this call, where nothing better names one. */
  readonly spanId: string;
  /** 16 hex digits of the caller's span; empty when this service starts the trace. */
  readonly parentSpanId: string;
  readonly sampled: boolean;
}

/** Version ff is forbidden, ids of zeros are invalid, and only a version after 00 may have further parts. */
const PATTERN = /^(?!ff)(?!00.{53}-)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent` header (https://www.w3.org/TR/trace-context/); absent or malformed starts a new trace. */
export function parseTraceparent(header: string | undefined): TraceContext {
  const match = header === undefined ? null : PATTERN.exec(header);
  const [, traceId, parentSpanId, flags] = match ?? [];
  if (traceId === undefined || parentSpanId === undefined || flags === undefined) {
    return { traceId: randomHex(16), spanId: newSpanId(), parentSpanId: '', sampled: false };
  }
  return { traceId, spanId: newSpanId(), parentSpanId, sampled: (parseInt(flags, 16) & 1) === 1 };
}

function newSpanId(): string {
  return randomHex(8);
}
