import { expectAgreement } from '../test/expect-agreement';
import { readGolden } from '../test/golden-vectors';
import { absolutePrior, effectPosterior, type EffectPosterior, type EffectPrior } from './bayesian';

interface PosteriorGolden {
  cases: { difference: number; standardError: number; prior: EffectPrior; expected: EffectPosterior }[];
}

const FLAT = { mean: 0, deviation: Infinity };

describe('the posterior of an effect', () => {
  it.each(readGolden<PosteriorGolden>('posteriors').cases)(
    'agrees with the golden vectors: $difference',
    ({ difference, standardError, prior, expected }) => {
      expectAgreement(effectPosterior(difference, standardError, prior, 0.05), expected);
    },
  );

  it('with a flat prior is the estimate, and its chance to win one less the one-sided p', () => {
    const posterior = effectPosterior(1.959963984540054, 1, FLAT, 0.05);
    expect(posterior.mean).toBe(1.959963984540054);
    expect(posterior.chanceToWin).toBeCloseTo(0.975, 12);
    expect(posterior.credible.low).toBeCloseTo(0, 12);
  });

  it('mirrors when the effect changes its sign', () => {
    const [up, down] = [0.4, -0.4].map((effect) => effectPosterior(effect, 0.3, { mean: 0, deviation: 1 }, 0.1));
    expect(up.chanceToWin + down.chanceToWin).toBeCloseTo(1, 14);
    expect(up.lossOfTreatment).toBeCloseTo(down.lossOfControl, 14);
    expect(up.lossOfControl - up.lossOfTreatment).toBeCloseTo(up.mean, 14);
  });

  it('says the same of a lift and of the amounts it stands for', () => {
    const prior = { mean: 0.01, deviation: 0.05 };
    const relative = effectPosterior(0.03, 0.02, prior, 0.05);
    const absolute = effectPosterior(0.03 * 4e6, 0.02 * 4e6, absolutePrior(prior, 4e6), 0.05);
    expect(absolute.chanceToWin).toBeCloseTo(relative.chanceToWin, 12);
    expect(absolute.lossOfTreatment / 4e6).toBeCloseTo(relative.lossOfTreatment, 12);
  });

  it('rejects figures out of range', () => {
    expect(() => effectPosterior(NaN, 1, FLAT, 0.05)).toThrow(RangeError);
    expect(() => effectPosterior(1, 0, FLAT, 0.05)).toThrow(RangeError);
    expect(() => effectPosterior(1, 1, { mean: 0, deviation: 0 }, 0.05)).toThrow(RangeError);
    expect(() => effectPosterior(1, 1, FLAT, 0)).toThrow(RangeError);
    expect(() => absolutePrior(FLAT, 0)).toThrow(RangeError);
  });
});
