import type { SpanRecord } from '@adlift/telemetry';

/** A span among its children, which are ordered by their start. */
export interface TraceNode {
  readonly span: SpanRecord;
  /** Whether it names a parent that is not above it: one that was not kept, or a circle. */
  readonly orphan: boolean;
  readonly children: TraceNode[];
}

/** Spans nested deeper hang under their ancestor at this level: JSON cannot be nested at will. */
const MAX_DEPTH = 500;

/**
 * The spans of one trace as a tree, every span in it exactly once. A span whose parent is not there comes under the
 * root that ran when it started, or ran nearest to it; in a trace without a root such spans are the roots.
 */
export function buildTree(spans: readonly SpanRecord[]): TraceNode[] {
  const ordered = [...spans].sort(byStart);
  const known = new Set(ordered.map(({ spanId }) => spanId));
  const childrenOf = Map.groupBy(ordered, ({ parentSpanId }) => parentSpanId);
  const placed = new Set<SpanRecord>();
  const grow = (span: SpanRecord): TraceNode => growFrom(span, childrenOf, placed);

  const roots = (childrenOf.get('') ?? []).map(grow);
  const orphans = ordered.filter(({ parentSpanId }) => parentSpanId !== '' && !known.has(parentSpanId)).map(grow);
  // What is left has parents that are all there and yet no root above it: circles, opened at their first span.
  for (const span of ordered) if (!placed.has(span)) orphans.push(grow(span));

  if (roots.length === 0) return orphans.sort(byNodeStart);
  for (const orphan of orphans) nearest(roots, orphan).children.push(orphan);
  for (const root of roots) root.children.sort(byNodeStart);
  return roots;
}

/** Every node of the tree, parents before their children. */
export function flattenTree(roots: readonly TraceNode[]): TraceNode[] {
  return roots.flatMap((node) => [node, ...flattenTree(node.children)]);
}

export function endNs({ startNs, durationNs }: SpanRecord): bigint {
  return startNs + durationNs;
}

function growFrom(
  top: SpanRecord,
  childrenOf: ReadonlyMap<string, readonly SpanRecord[]>,
  placed: Set<SpanRecord>,
): TraceNode {
  const isOrphan = top.parentSpanId !== '';
  const root: TraceNode = { span: top, orphan: isOrphan, children: [] };
  placed.add(top);
  const open = [{ node: root, above: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, above, depth } = next;
    const host = depth < MAX_DEPTH ? node : above;
    for (const span of childrenOf.get(node.span.spanId) ?? []) {
      if (placed.has(span)) continue;
      placed.add(span);
      const child: TraceNode = { span, orphan: false, children: [] };
      host.children.push(child);
      open.push({ node: child, above: host, depth: depth + 1 });
    }
  }
  return root;
}

function nearest(roots: readonly TraceNode[], { span }: TraceNode): TraceNode {
  const distances = roots.map((root) => ({ root, distance: distanceTo(root.span, span.startNs) }));
  // Of several that ran at the time, the one that started last.
  return distances.reduce((best, other) => (other.distance <= best.distance ? other : best)).root;
}

/** Nanoseconds between a moment and the time a span ran; 0 within it. */
function distanceTo(span: SpanRecord, moment: bigint): bigint {
  if (moment < span.startNs) return span.startNs - moment;
  return moment > endNs(span) ? moment - endNs(span) : 0n;
}

/** Of spans that start together, the longer one first: it is the one that may contain the other. */
function byStart(a: SpanRecord, b: SpanRecord): number {
  if (a.startNs !== b.startNs) return a.startNs < b.startNs ? -1 : 1;
  if (a.durationNs !== b.durationNs) return a.durationNs > b.durationNs ? -1 : 1;
  return a.spanId < b.spanId ? -1 : a.spanId > b.spanId ? 1 : 0;
}

function byNodeStart(a: TraceNode, b: TraceNode): number {
  return byStart(a.span, b.span);
}
