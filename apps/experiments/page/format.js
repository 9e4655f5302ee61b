const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const count = new Intl.NumberFormat('en');

/** A duration in microseconds as people say it. */
export function duration(micros) {
  if (micros === 0) return '0';
  if (micros < 1000) return `${trim(micros)} µs`;
  if (micros < 1_000_000) return `${trim(micros / 1000)} ms`;
  return `${trim(micros / 1_000_000)} s`;
}

/** A moment in local time. */
export function moment(iso) {
  return time.format(new Date(iso));
}

export function whole(number) {
  return count.format(number);
}

/** A share as a signed percentage: 0.05 is +5.0 %. */
export function lift(share) {
  return `${share >= 0 ? '+' : '−'}${(100 * Math.abs(share)).toFixed(1)} %`;
}

/** An interval of shares, or why there is none. */
export function range(interval) {
  return interval.refused ? interval.reason.replaceAll('_', ' ') : `${lift(interval.low)} to ${lift(interval.high)}`;
}

function trim(number) {
  return number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2);
}
