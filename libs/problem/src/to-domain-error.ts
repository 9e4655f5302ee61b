import { DomainError } from './domain-error';

/** Any error as one that a caller may see: what is not meant for callers says only that it is ours. */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof Error && error.name === 'InvalidField' && 'field' in error && 'problem' in error) {
    return new DomainError('invalid_argument', error.message, String(error.field));
  }
  if (error instanceof Error && error.name === 'StoreUnavailable') {
    return new DomainError('unavailable', error.message, undefined, 1);
  }
  return new DomainError('internal', 'an unexpected error; the log of the service has the details');
}
