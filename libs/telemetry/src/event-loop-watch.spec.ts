import { once } from 'node:events';
import fc from 'fast-check';
import { EventLoopWatch, longestOutside, type Span } from './event-loop-watch';

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

describe('longestOutside', () => {
  it('leaves out what of a span lies in others', () => {
    expect(longestOutside([{ from: 10, to: 30 }], [])).toBe(20);
    const others = [
      { from: 29, to: 40 },
      { from: 0, to: 12 },
      { from: 50, to: 60 },
      { from: 15, to: 18 },
    ];
    expect(longestOutside([{ from: 10, to: 30 }], others)).toBe(14);
    expect(longestOutside([], others)).toBe(0);
  });

  it('finds the longest, as comparing each with all does', () => {
    const spans = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 }).map(oneAfterAnother);
    fc.assert(
      fc.property(spans, spans, (delays, pauses) => {
        const left = delays.map((delay) => pauses.reduce((ms, pause) => ms - shared(delay, pause), length(delay)));
        expect(longestOutside(delays, pauses)).toBe(Math.max(0, ...left));
      }),
    );
  });
});

/** Spans from the gaps before them and their lengths. */
function oneAfterAnother(parts: readonly (readonly [number, number])[]): Span[] {
  let at = 0;
  return parts.map(([gap, ms]) => {
    const from = at + gap;
    at = from + ms;
    return { from, to: at };
  });
}

const length = ({ from, to }: Span): number => to - from;
const shared = (a: Span, b: Span): number => Math.max(0, Math.min(a.to, b.to) - Math.max(a.from, b.from));

/** Lets some ticks of the watch come. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await once(AbortSignal.timeout(10), 'abort');
}
