import { CITIES, SEGMENTS } from './market-size';
import { exponential, normal, uniform } from './random';
import { cumulativeShares, pick, zipfShares } from './shares';
import { Stream } from './stream';

/** City of a unit whose city is not known. */
export const NO_CITY = 0xffff;

const CITY_SHARES = zipfShares(CITIES, 1.1);
const DEVICE_SHARES = cumulativeShares([0.5, 0.3, 0.15, 0.05]);

/** Visitors, by index. */
export interface Units {
  readonly n: number;
  readonly segment: Uint8Array;
  readonly device: Uint8Array;
  /** A few large cities and a long tail of rare ones; NO_CITY for 3 % of the units. */
  readonly city: Uint16Array;
  /** Years; NaN for 15 % of the units. */
  readonly age: Float32Array;
  /** Running shares of the requests that a unit sends beyond its first; a few heavy users send many. */
  readonly activity: Float64Array;
}

/** Draws the `n` visitors of a run. */
export function drawUnits(runSeed: number, n: number): Units {
  const segment = new Uint8Array(n);
  const device = new Uint8Array(n);
  const city = new Uint16Array(n);
  const age = new Float32Array(n);
  const activity = new Float64Array(n);
  for (let unit = 0; unit < n; unit++) {
    segment[unit] = Math.floor(SEGMENTS * uniform(runSeed, Stream.unitSegment, unit));
    device[unit] = pick(DEVICE_SHARES, uniform(runSeed, Stream.unitDevice, unit));
    const knowsCity = uniform(runSeed, Stream.unitCityMissing, unit) >= 0.03;
    city[unit] = knowsCity ? pick(CITY_SHARES, uniform(runSeed, Stream.unitCity, unit)) : NO_CITY;
    const knowsAge = uniform(runSeed, Stream.unitAgeMissing, unit) >= 0.15;
    age[unit] = knowsAge
      ? Math.round(Math.min(90, Math.max(16, 40 + 14 * normal(runSeed, Stream.unitAge, unit))))
      : NaN;
    activity[unit] = exponential(runSeed, Stream.unitActivity, unit) ** 1.3;
  }
  return { n, segment, device, city, age, activity: cumulativeShares(activity) };
}

/** Id of a unit in requests and events. */
export function unitId(unit: number): string {
  return `u-${String(unit).padStart(6, '0')}`;
}
