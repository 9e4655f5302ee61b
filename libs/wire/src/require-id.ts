import { InvalidField, MAX_ID_BYTES } from './predict-request';

/** What damaged UTF-8 and unpaired surrogates decode to, and what PostgreSQL cannot store. */
const DAMAGED = /[\0\uFFFD]/;

/**
 * Checks an id: its length in bytes, and that it is whole text. Two damaged ids could otherwise become one on their
 * way through token and store. Throws InvalidField.
 */
export function requireId(field: string, value: string, least: number): void {
  const bytes = Buffer.byteLength(value);
  if (bytes < least || bytes > MAX_ID_BYTES) {
    throw new InvalidField(field, `must be ${least} to ${MAX_ID_BYTES} bytes, got ${bytes}`);
  }
  if (!value.isWellFormed() || DAMAGED.test(value)) {
    throw new InvalidField(field, 'must be well-formed Unicode text without U+0000 and U+FFFD');
  }
}
