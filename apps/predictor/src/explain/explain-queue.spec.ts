import { ExplainQueue } from './explain-queue';

const soon = (): number => performance.now() + 10_000;

/** Work that ends when it is told to. */
function held(queue: ExplainQueue, order: string[], name: string): { done: Promise<string>; end: () => void } {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const done = queue.run(soon(), async () => {
    order.push(name);
    await ended;
    return name;
  });
  return { done, end };
}

describe('the queue of explanations', () => {
  it('runs one at a time, in the order they came', async () => {
    const queue = new ExplainQueue();
    const order: string[] = [];
    const [a, b, c] = ['a', 'b', 'c'].map((name) => held(queue, order, name));
    expect(order).toEqual(['a']);
    a.end();
    await a.done;
    await Promise.resolve();
    expect(order).toEqual(['a', 'b']);
    b.end();
    c.end();
    expect(await Promise.all([b.done, c.done])).toEqual(['b', 'c']);
  });

  it('goes on after one that fails', async () => {
    const queue = new ExplainQueue();
    await expect(queue.run(soon(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await queue.run(soon(), () => Promise.resolve('yes'))).toBe('yes');
  });

  it('refuses the ninth that would wait, and one whose deadline comes before its turn', async () => {
    const queue = new ExplainQueue();
    const order: string[] = [];
    const first = held(queue, order, 'first');
    const late = queue.run(performance.now(), () => Promise.resolve('late'));
    await expect(late).rejects.toMatchObject({ code: 'deadline_exceeded' });
    const rest = Array.from({ length: 8 }, (_, i) => held(queue, order, `waits-${i}`));
    await expect(queue.run(soon(), () => Promise.resolve())).rejects.toMatchObject({ code: 'overloaded' });
    for (const { end } of [first, ...rest]) end();
    await Promise.all(rest.map(({ done }) => done));
    expect(order).toHaveLength(9);
  });
});
