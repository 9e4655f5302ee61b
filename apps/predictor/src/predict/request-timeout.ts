import { InvalidField } from '@adlift/wire';

/** Milliseconds of `X-Request-Timeout-Ms`, `longest` without one. Throws InvalidField when it is not a positive number. */
export function timeoutMs(header: string | undefined, longest: number): number {
  if (header === undefined) return longest;
  const ms = Number(header);
  if (ms > 0) return Math.min(ms, longest);
  throw new InvalidField('x-request-timeout-ms', `must be a positive number of milliseconds, got "${header}"`);
}
