import { spanOf } from './span.fixture';
import { buildTree, flattenTree, type TraceNode } from './trace-tree';

type Shape = string | [string, ...Shape[]];

const shapeOf = ({ span, orphan, children }: TraceNode): Shape => {
  const name = span.name + (orphan ? '?' : '');
  return children.length === 0 ? name : [name, ...children.map(shapeOf)];
};
const shapesOf = (...spans: Parameters<typeof buildTree>[0]): Shape[] => buildTree(spans).map(shapeOf);

describe('the tree of a trace', () => {
  it('nests spans under their parents, ordered by start, whatever order they came in', () => {
    expect(
      shapesOf(
        spanOf('c', 'root', 30, 40),
        spanOf('b1', 'b', 12, 15),
        spanOf('root', '', 0, 100),
        spanOf('b', 'root', 10, 20),
        spanOf('a', 'root', 5, 8),
      ),
    ).toEqual([['root', 'a', ['b', 'b1'], 'c']]);
  });

  it('puts the longer of two spans that start together first', () => {
    expect(shapesOf(spanOf('root', '', 0, 9), spanOf('x', 'root', 1, 2), spanOf('y', 'root', 1, 5))).toEqual([
      ['root', 'y', 'x'],
    ]);
  });

  it('puts a span whose parent is missing under the only root, among the children in order', () => {
    expect(
      shapesOf(spanOf('root', '', 0, 100), spanOf('late', 'root', 50, 60), spanOf('lost', 'gone', 20, 30)),
    ).toEqual([['root', 'lost?', 'late']]);
  });

  it('chooses the root that ran when the orphan started, the last one of several', () => {
    const roots = [spanOf('r1', '', 0, 100), spanOf('r2', '', 40, 80), spanOf('r3', '', 200, 300)];
    expect(shapesOf(...roots, spanOf('x', 'gone', 50, 60))).toEqual(['r1', ['r2', 'x?'], 'r3']);
    expect(shapesOf(...roots, spanOf('x', 'gone', 90, 95))).toEqual([['r1', 'x?'], 'r2', 'r3']);
    expect(shapesOf(...roots, spanOf('x', 'gone', 190, 195))).toEqual(['r1', 'r2', ['r3', 'x?']]);
    expect(shapesOf(...roots, spanOf('x', 'gone', 110, 120))).toEqual([['r1', 'x?'], 'r2', 'r3']);
  });

  it('takes orphans for roots where there is no other: the caller keeps its spans elsewhere', () => {
    expect(shapesOf(spanOf('server', 'caller', 0, 10), spanOf('child', 'server', 1, 2))).toEqual([
      ['server?', 'child'],
    ]);
  });

  it('opens circles instead of losing them', () => {
    expect(shapesOf(spanOf('a', 'b', 0, 10), spanOf('b', 'a', 1, 9), spanOf('self', 'self', 5, 6))).toEqual([
      ['a?', 'b'],
      'self?',
    ]);
    expect(shapesOf(spanOf('root', '', 0, 50), spanOf('a', 'b', 3, 10), spanOf('b', 'a', 1, 9))).toEqual([
      ['root', ['b?', 'a']],
    ]);
  });

  it('holds every span exactly once, also in a chain deeper than JSON can be nested', () => {
    const chain = Array.from({ length: 5000 }, (_, i) => spanOf(`n${i}`, i === 0 ? '' : `n${i - 1}`, i, 5000));
    const tree = buildTree(chain);
    expect(new Set(flattenTree(tree).map(({ span }) => span)).size).toBe(5000);
    expect(() => JSON.stringify(tree, (_key, value: unknown) => (typeof value === 'bigint' ? 0 : value))).not.toThrow();
  });

  it('is empty without spans', () => {
    expect(buildTree([])).toEqual([]);
  });
});
