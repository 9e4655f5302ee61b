import type { SpanRecord } from '@adlift/telemetry';
import { criticalPath } from './critical-path';
import { spanId, spanOf } from './span.fixture';
import { buildTree } from './trace-tree';

function pathOf(...spans: SpanRecord[]): string[] {
  const [root] = buildTree(spans);
  if (root === undefined) throw new Error('no root');
  const names = new Map(spans.map(({ name }) => [spanId(name), name]));
  return criticalPath(root).map((id) => names.get(id) ?? id);
}

describe('the critical path', () => {
  it('is the root alone where nothing is below it', () => {
    expect(pathOf(spanOf('root', '', 0, 10))).toEqual(['root']);
  });

  it('goes through children that follow each other', () => {
    expect(pathOf(spanOf('root', '', 0, 100), spanOf('a', 'root', 0, 40), spanOf('b', 'root', 40, 90))).toEqual([
      'root',
      'a',
      'b',
    ]);
  });

  it('leaves out what ran beside a longer one', () => {
    expect(
      pathOf(
        spanOf('root', '', 0, 100),
        spanOf('slow', 'root', 10, 90),
        spanOf('fast', 'root', 10, 30),
        spanOf('before', 'root', 0, 9),
      ),
    ).toEqual(['root', 'before', 'slow']);
  });

  it('takes of overlapping children the one that ended last, then what ended before that one began', () => {
    expect(
      pathOf(
        spanOf('root', '', 0, 100),
        spanOf('a', 'root', 0, 50),
        spanOf('b', 'root', 30, 70),
        spanOf('c', 'root', 60, 95),
      ),
    ).toEqual(['root', 'a', 'c']);
  });

  it('descends into each child on it', () => {
    expect(
      pathOf(
        spanOf('root', '', 0, 100),
        spanOf('a', 'root', 0, 60),
        spanOf('a1', 'a', 10, 55),
        spanOf('a2', 'a', 5, 20),
        spanOf('b', 'root', 60, 100),
        spanOf('b1', 'b', 70, 80),
      ),
    ).toEqual(['root', 'a', 'a1', 'b', 'b1']);
  });

  it('does not count what a child does after its parent has ended', () => {
    expect(
      pathOf(
        spanOf('root', '', 0, 100),
        spanOf('work', 'root', 0, 80),
        spanOf('overlong', 'root', 80, 300),
        spanOf('inOverlong', 'overlong', 150, 250),
        spanOf('follower', 'root', 100, 200),
      ),
    ).toEqual(['root', 'work', 'overlong']);
  });

  it('goes on through children without a duration', () => {
    expect(
      pathOf(
        spanOf('root', '', 0, 10),
        spanOf('zero', 'root', 10, 10),
        spanOf('a', 'root', 2, 8),
        spanOf('mid', 'root', 2, 2),
      ),
    ).toEqual(['root', 'mid', 'a']);
  });

  it('covers a chain of stages whose durations add up to the root', () => {
    const stages = ['decode', 'flags', 'encode', 'queue', 'infer', 'respond'];
    const spans = stages.map((name, i) => spanOf(name, 'root', i * 100, (i + 1) * 100));
    expect(pathOf(spanOf('root', '', 0, 600), ...spans)).toEqual(['root', ...stages]);
  });
});
