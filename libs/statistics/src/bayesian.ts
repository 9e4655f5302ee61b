import type { Interval } from './interval';
import { around } from './effect';
import { normalCdf, normalQuantile } from './normal-distribution';

/** A normal prior of an effect, on the scale of that effect; `deviation` Infinity is a flat one. */
export interface EffectPrior {
  mean: number;
  deviation: number;
}

/** What is believed of an effect after its data, with a normal posterior; a positive effect is a gain. */
export interface EffectPosterior {
  mean: number;
  deviation: number;
  /** Probability that the effect is above 0. */
  chanceToWin: number;
  /** Mean loss if the treatment is taken, in the effect's units: what it costs where it is worse. */
  lossOfTreatment: number;
  /** Mean loss if the control is kept. */
  lossOfControl: number;
  /** Holds the effect with probability 1 - alpha, both tails alike. */
  credible: Interval;
}

/**
 * Normal posterior of an effect with `difference` and `standardError` > 0 (conjugate normal updating; expected losses
 * as in Stucchio 2015). `alpha` in (0, 1) is for the credible interval. Throws RangeError for figures out of range.
 */
export function effectPosterior(
  difference: number,
  standardError: number,
  prior: EffectPrior,
  alpha: number,
): EffectPosterior {
  if (!Number.isFinite(difference) || !(standardError > 0 && standardError < Infinity)) {
    throw new RangeError(`an effect needs a finite value and a positive error: ${difference}, ${standardError}`);
  }
  if (!Number.isFinite(prior.mean) || !(prior.deviation > 0)) {
    throw new RangeError(`a prior needs a finite mean and a positive deviation: ${prior.mean}, ${prior.deviation}`);
  }
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must lie between 0 and 1, got ${alpha}`);
  const ownPrecision = 1 / (standardError * standardError);
  const priorPrecision = 1 / (prior.deviation * prior.deviation);
  const precision = ownPrecision + priorPrecision;
  const mean = (difference * ownPrecision + prior.mean * priorPrecision) / precision;
  const deviation = Math.sqrt(1 / precision);
  const z = mean / deviation;
  return {
    mean,
    deviation,
    chanceToWin: normalCdf(z),
    lossOfTreatment: deviation * lossBeyond(-z),
    lossOfControl: deviation * lossBeyond(z),
    credible: around(mean, normalQuantile(1 - alpha / 2) * deviation),
  };
}

/**
 * A prior stated for lifts, brought to the scale of absolute effects of the given control value: unscaled, it would say
 * nothing about money in micros and everything about click rates. Throws RangeError for a control value of 0.
 */
export function absolutePrior(relative: EffectPrior, controlValue: number): EffectPrior {
  const size = Math.abs(controlValue);
  if (!(size > 0 && size < Infinity)) throw new RangeError(`a prior cannot be scaled to a control of ${controlValue}`);
  return { mean: relative.mean * size, deviation: relative.deviation * size };
}

/** Mean of max(0, Z + z) for a standard normal Z. */
const lossBeyond = (z: number): number =>
  Math.max(0, z * normalCdf(z) + Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI));
