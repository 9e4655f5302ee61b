import { DomainError } from '@adlift/problem';

/** Bytes of a message, where a service says nothing else. */
export const MAX_ORDINARY_BYTES = 4 * 1024 * 1024;

export function tooLarge(maxBytes: number): DomainError {
  return new DomainError('too_large', `at most ${maxBytes} bytes a message`);
}
