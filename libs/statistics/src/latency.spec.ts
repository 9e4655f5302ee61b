import { normalFrom, seededRandom } from '../test/seeded-random';
import { isRefusal } from './refusal';
import { judgeSlowdown, LATENCY_BINS, LATENCY_BINS_PER_OCTAVE, type ArmLatency, type Slowdown } from './latency';

const RULE = { ratio: 1.5, alpha: 0.05, plannedUnits: 2000 };

/** `units` units of five requests each that take about `scaleMs`, spread as e^N(0, 0.5), some of them `slow` times as long. */
function arm(seed: number, units: number, scaleMs: number, slow: { share: number; times: number }): ArmLatency {
  const random = seededRandom(seed);
  const counts = new Map<number, number>();
  for (let request = 0; request < 5 * units; request++) {
    const times = random() < slow.share ? slow.times : 1;
    const micros = 1000 * scaleMs * times * Math.exp(0.5 * normalFrom(random));
    const bin = Math.min(LATENCY_BINS - 1, Math.floor(LATENCY_BINS_PER_OCTAVE * Math.log2(micros)));
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  return { counts, units };
}

const NONE = { share: 0, times: 1 };

function judged(control: ArmLatency, treatment: ArmLatency): Slowdown {
  const result = judgeSlowdown(control, treatment, RULE);
  if (isRefusal(result)) throw new Error(result.detail);
  return result;
}

describe('judgeSlowdown', () => {
  it('gives the quantiles to the next bin, and both shares beyond', () => {
    const { control, treatment, expected } = judged(arm(1, 1000, 2, NONE), arm(2, 1000, 4, NONE));
    // The 95 % quantile of e^N(0, 0.5) is e^(1.645 / 2) = 2.276.
    expect(control / 1000).toBeGreaterThan(2 * 2.276 * 0.97);
    expect(control / 1000).toBeLessThan(2 * 2.276 * 1.13);
    expect(treatment / control).toBeCloseTo(2, 0);
    expect(expected).toBeLessThanOrEqual(0.05);
  });

  it('sees a treatment that takes twice as long, and one of which a fifth takes ten times as long', () => {
    expect(judged(arm(3, 1000, 2, NONE), arm(4, 1000, 4, NONE))).toMatchObject({ violated: true });
    expect(judged(arm(5, 1000, 2, NONE), arm(6, 1000, 2, { share: 0.2, times: 10 }))).toMatchObject({ violated: true });
  });

  it('lets pass what is no slower, what is faster, and what is slower within the ratio', () => {
    for (let seed = 0; seed < 50; seed++) {
      const control = arm(100 + seed, 300, 2, NONE);
      for (const scale of [1, 2, 2.6]) {
        expect(judged(control, arm(200 + seed, 300, scale, NONE)).violated).toBe(false);
      }
    }
  });

  it('is wrong at no more than its alpha for a treatment at the very edge of the ratio', () => {
    let wrong = 0;
    // The ratio of 1.5 is taken up to five eighths of an octave.
    for (let seed = 0; seed < 400; seed++) {
      const slower = arm(5000 + seed, 200, 2 * 2 ** (5 / 8), NONE);
      if (judged(arm(1000 + seed, 200, 2, NONE), slower).violated) wrong++;
    }
    expect(wrong / 400).toBeLessThanOrEqual(0.05);
  });

  it('has a p at most alpha exactly where it sees harm', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { p, violated } = judged(arm(300 + seed, 100, 2, NONE), arm(400 + seed, 100, 3 + seed / 20, NONE));
      expect(p <= RULE.alpha).toBe(violated);
    }
  });

  it('sees arms of which no request takes as long as the other one’s', () => {
    const at = (bin: number): ArmLatency => ({ counts: new Map([[bin, 500]]), units: 100 });
    expect(judged(at(60), at(90))).toMatchObject({ violated: true, slower: 1, expected: 0 });
    expect(judged(at(90), at(60))).toMatchObject({ violated: false, slower: 0, p: 1 });
  });

  it.each([
    ['no request', new Map<number, number>(), 100],
    ['too few requests', new Map([[70, 99]]), 100],
    ['too few units', new Map([[70, 5000]]), 49],
  ])('refuses %s', (_, counts, units) => {
    const enough = arm(9, 100, 2, NONE);
    expect(judgeSlowdown(enough, { counts, units }, RULE)).toMatchObject({ reason: 'too_few_requests' });
    expect(judgeSlowdown({ counts, units }, enough, RULE)).toMatchObject({ reason: 'too_few_requests' });
  });
});
