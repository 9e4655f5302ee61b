import { DomainError } from '@adlift/problem';
import { InvalidField } from '@adlift/wire';
import type { InferRequest } from './infer-request';

/** Longer ones than this are none: a timer could not wait for them. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * When the answer is worth nothing any more, as of performance.now(); Infinity when the parameter `timeout`
 * (microseconds, 0 for none) is not given. Throws InvalidField.
 */
export function deadlineOf({ parameters }: InferRequest, startedAt: number): number {
  const timeout = parameters.get('timeout') ?? 0;
  if (typeof timeout !== 'number' || !Number.isInteger(timeout) || timeout < 0) {
    throw new InvalidField('parameters.timeout', 'must be a whole number of microseconds, 0 for none');
  }
  return timeout === 0 || timeout / 1000 > LONGEST_MS ? Infinity : startedAt + timeout / 1000;
}

/** What `work` gives, or `unavailable` once the deadline has passed; the work itself is not stopped. */
export async function beforeDeadline<T>(deadline: number, work: Promise<T>): Promise<T> {
  if (deadline === Infinity) return work;
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(expired()), Math.max(0, deadline - performance.now()));
  });
  try {
    const result = await Promise.race([work, expiry]);
    // Timers count whole milliseconds and wait for the event loop.
    if (performance.now() > deadline) throw expired();
    return result;
  } finally {
    clearTimeout(timer);
  }
}

function expired(): DomainError {
  return new DomainError('unavailable', 'the timeout of the request has passed', 'parameters.timeout');
}
