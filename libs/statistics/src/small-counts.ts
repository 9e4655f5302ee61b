import betainc from '@stdlib/math-base-special-betainc';
import type { Interval } from './interval';
import { normalQuantile } from './normal-distribution';
import { findRoot } from './root-finding';

/** Units with an outcome of 1 among independent units with an outcome of 0 or 1. */
export interface BernoulliCount {
  successes: number;
  units: number;
}

/** Score interval of a proportion (Wilson 1927); never leaves [0, 1] and is sensible at 0 successes. */
export function wilsonInterval({ successes, units }: BernoulliCount, alpha: number): Interval {
  const z = criticalValue({ successes, units }, alpha);
  const centre = successes + (z * z) / 2;
  const reach = z * Math.sqrt((successes * (units - successes)) / units + (z * z) / 4);
  const weight = units + z * z;
  return {
    low: successes === 0 ? 0 : (centre - reach) / weight,
    high: successes === units ? 1 : (centre + reach) / weight,
  };
}

/** Exact interval of a proportion (Clopper and Pearson 1934): holds at least as often as it says, and is wide. */
export function clopperPearsonInterval({ successes, units }: BernoulliCount, alpha: number): Interval {
  criticalValue({ successes, units }, alpha);
  const rest = units - successes;
  return {
    low: successes === 0 ? 0 : findRoot(0, 1, (p) => betainc(p, successes, rest + 1) - alpha / 2),
    high: rest === 0 ? 1 : findRoot(0, 1, (p) => betainc(p, successes + 1, rest, true, true) - alpha / 2),
  };
}

/** Interval of the difference treatment - control from two Wilson intervals (Newcombe 1998, method 10). */
export function newcombeInterval(control: BernoulliCount, treatment: BernoulliCount, alpha: number): Interval {
  const [a, b] = [wilsonInterval(control, alpha), wilsonInterval(treatment, alpha)];
  const [pa, pb] = [control.successes / control.units, treatment.successes / treatment.units];
  return {
    low: pb - pa - Math.hypot(pb - b.low, a.high - pa),
    high: pb - pa + Math.hypot(b.high - pb, pa - a.low),
  };
}

/** Interval of the difference treatment - control with one success and one failure more in each arm (Agresti and Caffo 2000). */
export function agrestiCaffoInterval(control: BernoulliCount, treatment: BernoulliCount, alpha: number): Interval {
  const z = criticalValue(control, alpha);
  criticalValue(treatment, alpha);
  const [a, b] = [control, treatment].map(({ successes, units }) => {
    const p = (successes + 1) / (units + 2);
    return { p, variance: (p * (1 - p)) / (units + 2) };
  });
  const reach = z * Math.sqrt(a.variance + b.variance);
  return { low: Math.max(-1, b.p - a.p - reach), high: Math.min(1, b.p - a.p + reach) };
}

function criticalValue({ successes, units }: BernoulliCount, alpha: number): number {
  if (!Number.isSafeInteger(units) || units < 1) throw new RangeError(`a count needs at least one unit, got ${units}`);
  if (!Number.isSafeInteger(successes) || successes < 0 || successes > units) {
    throw new RangeError(`successes must be a whole number from 0 to ${units}, got ${successes}`);
  }
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must lie between 0 and 1, got ${alpha}`);
  return normalQuantile(1 - alpha / 2);
}
