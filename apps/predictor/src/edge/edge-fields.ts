import { DomainError } from '@adlift/problem';

/** The fields of a call, from its query and its body; all of them are text. */
export type EdgeFields = ReadonlyMap<string, string>;

const FORM = 'application/x-www-form-urlencoded';

/**
 * Fields of the query and of a body: a form, or a JSON object whatever its type is said to be, because a beacon can
 * only say text/plain. The body's win. Throws `invalid_argument` for a field that is there twice, and for a body that
 * is neither.
 */
export function readFields(query: unknown, body?: unknown, type = ''): EdgeFields {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (typeof value !== 'string') throw new DomainError('invalid_argument', `${name} is there more than once`, name);
    fields.set(name, value);
  }
  if (!Buffer.isBuffer(body) || body.length === 0) return fields;
  const text = body.toString('utf8');
  if (type.startsWith(FORM)) for (const [name, value] of new URLSearchParams(text)) fields.set(name, value);
  else for (const [name, value] of Object.entries(parseObject(text))) fields.set(name, fieldText(name, value));
  return fields;
}

function parseObject(text: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new DomainError('invalid_argument', `body: not JSON: ${(error as Error).message}`, 'body');
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new DomainError('invalid_argument', 'body: must be an object', 'body');
}

function fieldText(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new DomainError('invalid_argument', `${name}: must be a text or a number`, name);
}
