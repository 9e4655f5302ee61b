import { once } from 'node:events';
import { EventLoopWatch, outside } from './event-loop-watch';

describe('EventLoopWatch', () => {
  it('tells how long the event loop stood still, and forgets it with the telling', async () => {
    const watch = new EventLoopWatch();
    await turns(3);
    watch.read();
    const end = performance.now() + 60;
    while (performance.now() < end);
    await turns(3);
    const { longest, longestBesidesGc, p50 } = watch.read();
    expect(longest).toBeGreaterThan(50);
    expect(longestBesidesGc).toBeGreaterThan(40);
    expect(p50).toBeLessThan(longest);
    expect(watch.read()).toEqual({
      p50: 0,
      p99: 0,
      longest: 0,
      longestBesidesGc: 0,
      gc: { minor: 0, major: 0, incremental: 0, weak: 0 },
    });
    watch.stop();
  });
});

describe('outside', () => {
  it('leaves out what of a span lies in others', () => {
    expect(outside({ from: 10, to: 30 }, [])).toBe(20);
    expect(
      outside({ from: 10, to: 30 }, [
        { from: 0, to: 12 },
        { from: 15, to: 18 },
        { from: 29, to: 40 },
        { from: 50, to: 60 },
      ]),
    ).toBe(14);
  });
});

/** Lets some ticks of the watch come. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await once(AbortSignal.timeout(10), 'abort');
}
