import type { SpanAttributes, SpanLink, SpanRecord } from '@adlift/telemetry';
import { criticalPath } from './critical-path';
import { buildTree, endNs, flattenTree, type TraceNode } from './trace-tree';

/** A span as the API shows it; times in microseconds since the start of the trace, exact to the nanosecond. */
export interface SpanView {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: SpanRecord['kind'];
  readonly service: string;
  readonly startMicros: number;
  readonly durationMicros: number;
  readonly status: SpanRecord['status'];
  readonly statusMessage: string;
  /** Its parent was not kept. */
  readonly orphan: boolean;
  readonly attributes: SpanAttributes;
  readonly events: readonly { readonly name: string; readonly atMicros: number; readonly attributes: SpanAttributes }[];
  readonly links: readonly SpanLink[];
  readonly children: readonly SpanView[];
}

/** A span of another trace that points at this one, as event writes point at the decisions they follow from. */
export interface LinkingSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly service: string;
}

/** The answer of `GET /v1/traces/:id`. */
export interface TraceView {
  readonly traceId: string;
  /** ISO 8601 with nine decimals. */
  readonly startedAt: string;
  readonly durationMicros: number;
  readonly spanCount: number;
  /** Whether there are more spans than are shown. */
  readonly truncated: boolean;
  readonly services: readonly string[];
  /** Ids of the spans that decided how long the first root took. */
  readonly criticalPath: readonly string[];
  readonly spans: readonly SpanView[];
  readonly linkedFrom: readonly LinkingSpan[];
}

/** Puts the spans of one trace together. Throws RangeError without any. */
export function traceView(
  traceId: string,
  spans: readonly SpanRecord[],
  { truncated, linkedFrom }: { truncated: boolean; linkedFrom: readonly LinkingSpan[] },
): TraceView {
  const tree = buildTree(spans);
  const [root] = tree;
  if (root === undefined) throw new RangeError('a trace has at least one span');
  const shown = flattenTree(tree).map(({ span }) => span);
  const startNs = shown.map((span) => span.startNs).reduce((a, b) => (b < a ? b : a));
  const finishNs = shown.map(endNs).reduce((a, b) => (b > a ? b : a));
  return {
    traceId,
    startedAt: isoNanoseconds(startNs),
    durationMicros: micros(finishNs - startNs),
    spanCount: shown.length,
    truncated,
    services: [...new Set(shown.map(({ service }) => service))],
    criticalPath: criticalPath(root),
    spans: tree.map((node) => spanView(node, startNs)),
    linkedFrom,
  };
}

function spanView({ span, orphan, children }: TraceNode, traceStartNs: bigint): SpanView {
  return {
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.name,
    kind: span.kind,
    service: span.service,
    startMicros: micros(span.startNs - traceStartNs),
    durationMicros: micros(span.durationNs),
    status: span.status,
    statusMessage: span.statusMessage,
    orphan,
    attributes: span.attributes,
    events: span.events.map(({ name, timeNs, attributes }) => ({
      name,
      atMicros: micros(timeNs - traceStartNs),
      attributes,
    })),
    links: span.links,
    children: children.map((child) => spanView(child, traceStartNs)),
  };
}

function micros(ns: bigint): number {
  return Number(ns) / 1000;
}

/** A time in nanoseconds since the Unix epoch as text. */
export function isoNanoseconds(ns: bigint): string {
  const seconds = new Date(Number(ns / 1_000_000_000n) * 1000).toISOString().slice(0, -'.000Z'.length);
  return `${seconds}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`;
}
