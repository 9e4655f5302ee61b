export type SpanKindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** A value an attribute may have. */
export type AttributeValue = string | number | boolean | readonly (string | number | boolean | null)[];

/** Attributes by their semantic-convention names. */
export type SpanAttributes = Readonly<Record<string, AttributeValue>>;

export interface SpanLink {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly attributes: SpanAttributes;
}

export interface SpanEvent {
  /** Nanoseconds since the Unix epoch. */
  readonly timeNs: bigint;
  readonly name: string;
  readonly attributes: SpanAttributes;
}

/** A finished span, whatever made it: our hot path, the OpenTelemetry SDK, or another service over OTLP. */
export interface SpanRecord {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  /** 16 hex digits; empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: SpanKindName;
  readonly service: string;
  /** Nanoseconds since the Unix epoch. */
  readonly startNs: bigint;
  readonly durationNs: bigint;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage: string;
  readonly attributes: SpanAttributes;
  readonly links: readonly SpanLink[];
  readonly events: readonly SpanEvent[];
}
