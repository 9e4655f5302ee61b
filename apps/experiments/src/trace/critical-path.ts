import { endNs, type TraceNode } from './trace-tree';

/**
 * Ids of the spans that decided how long `root` took, in the order in which they start. From the root's end the path
 * goes back through the child that ended last before the point reached, and on from that child's start; the same within
 * each child on it. What a child does after its parent has ended does not count.
 */
export function criticalPath(root: TraceNode): string[] {
  const path: TraceNode[] = [];
  walk(root, endNs(root.span), path);
  return path.map(({ span }) => span.spanId);
}

/** Appends the node, and what is critical below it before `until`, in the order of the starts. */
function walk(node: TraceNode, until: bigint, path: TraceNode[]): void {
  path.push(node);
  const onPath: { child: TraceNode; until: bigint }[] = [];
  let point = until;
  for (const { child, end } of lastEndedFirst(node, until)) {
    if (end > point || point <= node.span.startNs) continue;
    onPath.push({ child, until: end });
    point = child.span.startNs;
  }
  for (const { child, until } of onPath.reverse()) walk(child, until, path);
}

function lastEndedFirst(node: TraceNode, until: bigint): { child: TraceNode; end: bigint }[] {
  return node.children
    .filter(({ span }) => span.startNs < until)
    .map((child) => ({ child, end: endNs(child.span) < until ? endNs(child.span) : until }))
    .sort((a, b) => (a.end === b.end ? 0 : a.end > b.end ? -1 : 1));
}
