import type { Interval } from './interval';
import { refuse, type Refusal } from './refusal';

/** Means of two arms, the variances of those means (the squares of their standard errors) and their covariance. */
export interface MeanPair {
  controlMean: number;
  controlMeanVariance: number;
  treatmentMean: number;
  treatmentMeanVariance: number;
  /** Absent for independent arms; an adjusted treatment mean shares covariates with the control mean. */
  meanCovariance?: number;
}

/**
 * Fieller's interval (Fieller 1954) for the relative lift (treatment - control) / |control|, with `criticalValue`
 * standard errors on each side. Refuses a zero control mean, and a control mean too close to zero for its noise,
 * where the set of plausible lifts has no bounds.
 */
export function fiellerInterval(pair: MeanPair, criticalValue: number): Interval | Refusal {
  const { controlMean, treatmentMean } = pair;
  if (controlMean === 0) return refuse('zero_baseline', 'The control mean is zero, so no lift relative to it exists.');
  const square = criticalValue * criticalValue;
  const controlPart = pair.controlMeanVariance / (controlMean * controlMean);
  const treatmentPart = pair.treatmentMeanVariance / (controlMean * controlMean);
  const shared = (pair.meanCovariance ?? 0) / (controlMean * controlMean);
  const g = square * controlPart;
  if (!(g < 1)) {
    return refuse('unbounded_interval', 'The control mean is not far enough from zero to bound a relative lift.');
  }
  const ratio = treatmentMean / controlMean;
  // The root of Fieller's quadratic less 1, written from the difference of the means so that a small lift keeps
  // its digits.
  const centre = (treatmentMean - controlMean) / controlMean + g - square * shared;
  const spread = ratio * ratio * controlPart + treatmentPart * (1 - g) - (2 * ratio - square * shared) * shared;
  const reach = criticalValue * Math.sqrt(spread);
  const low = (centre - reach) / (1 - g);
  const high = (centre + reach) / (1 - g);
  return controlMean > 0 ? { low, high } : { low: -high, high: -low };
}
