import { InvalidField, MAX_ID_BYTES } from './predict-request';

/** What damaged UTF-8 and unpaired surrogates decode to, and what PostgreSQL cannot store. */
const DAMAGED = /[\0\uFFFD]/;

/**
 * Checks an id: its length in bytes, and that it is whole text. Two damaged ids could otherwise become one on their
 * way through token and store. Throws InvalidField.
 */
export function requireId(field: string, value: string, least: number): void {
  if (isPlainId(value, least)) return;
  const bytes = Buffer.byteLength(value);
  if (bytes < least || bytes > MAX_ID_BYTES) {
    throw new InvalidField(field, `must be ${least} to ${MAX_ID_BYTES} bytes, got ${bytes}`);
  }
  if (!value.isWellFormed() || DAMAGED.test(value)) {
    throw new InvalidField(field, 'must be well-formed Unicode text without U+0000 and U+FFFD');
  }
}

/** Whether an id is of ASCII characters and of the right length, as nearly all are: those need no further look. */
export function isPlainId(value: string, least: number): boolean {
  if (value.length < least || value.length > MAX_ID_BYTES) return false;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0 || code >= 0x80) return false;
  }
  return true;
}
