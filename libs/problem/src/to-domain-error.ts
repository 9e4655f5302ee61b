import { DomainError } from './domain-error';

/** SQLSTATE of text that PostgreSQL cannot hold. */
const UNSTORABLE = /^(22021|22P05)$/;
/** What it says of JSON that holds half of a surrogate pair; all JSON that it gets is written by this code. */
const UNSTORABLE_JSON = 'invalid input syntax for type json';
/** SQLSTATE classes and socket errors of a database that cannot be reached. */
const AWAY = /^(08...|57P0.|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE)$/;
/** What pg says, without a code, of a connection that did not come about and of a query that took too long. */
const TIMED_OUT = /^(timeout exceeded when trying to connect|timeout expired|Connection terminated|Query read timeout)/;

/** Any error as one that a caller may see: what is not meant for callers says only that it is ours. */
export function toDomainError(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof Error && error.name === 'InvalidField' && 'field' in error && 'problem' in error) {
    return new DomainError('invalid_argument', error.message, String(error.field));
  }
  if (error instanceof Error && error.name === 'StoreUnavailable') {
    return new DomainError('unavailable', error.message, undefined, 1);
  }
  const code = databaseCode(error);
  if (UNSTORABLE.test(code) || (code === '22P02' && messageOf(error) === UNSTORABLE_JSON))
    return new DomainError(
      'invalid_argument',
      'a text holds characters that cannot be stored (U+0000, unpaired surrogates)',
    );
  if (AWAY.test(code) || TIMED_OUT.test(messageOf(error)))
    return new DomainError('unavailable', 'the database is away', undefined, 1);
  return new DomainError('internal', 'an unexpected error; the log of the service has the details');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

/** The code of a database error, also where an ORM has wrapped it; '' for any other error. */
function databaseCode(error: unknown): string {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const found = driverError?.code ?? code;
  return typeof found === 'string' ? found : '';
}
