const MS = new Map([
  ['H', 3_600_000],
  ['M', 60_000],
  ['S', 1_000],
  ['m', 1],
  ['u', 1e-3],
  ['n', 1e-6],
]);
const MAX_DIGITS = 8;

/** Milliseconds of a `grpc-timeout` header: one to eight digits and a unit; undefined for anything else. */
export function timeoutMs(header: string): number | undefined {
  const digits = header.length - 1;
  const unit = MS.get(header.charAt(digits));
  if (unit === undefined || digits < 1 || digits > MAX_DIGITS) return undefined;
  let value = 0;
  for (let i = 0; i < digits; i++) {
    const digit = header.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value * unit;
}
