import { DomainError } from '@adlift/problem';

/** The fields of a call, from its query and its body; all of them are text. */
export type EdgeFields = ReadonlyMap<string, string>;

/** What a call may say; whatever else is in its URL is somebody else's, and there as often as they like. */
const OURS: ReadonlySet<string> = new Set([
  ...['token', 'key', 'event', 'to', 'to_sig', 'charge', 'sig', 'currency', 'value', 'kind', 'conversion_id', 'time'],
  ...['position', 'followed', 'viewable', 'reason'],
]);

const FORM = 'application/x-www-form-urlencoded';

/**
 * Fields of the query and of a body: a form, or a JSON object whatever its type is said to be, because a beacon can
 * only say text/plain. The body's win, and fields that are not ours are left out. Throws `invalid_argument` for a field
 * of ours that is there twice in the query, unless `repeated` takes its name, and for a body that is neither.
 */
export function readFields(
  query: unknown,
  body?: unknown,
  type = '',
  repeated: (name: string) => void = refuseRepeated,
): EdgeFields {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (!OURS.has(name)) continue;
    if (typeof value === 'string') fields.set(name, value);
    else repeated(name);
  }
  if (!Buffer.isBuffer(body) || body.length === 0) return fields;
  const text = body.toString('utf8');
  const given = type.startsWith(FORM) ? new URLSearchParams(text) : Object.entries(parseObject(text));
  for (const [name, value] of given) if (OURS.has(name)) fields.set(name, fieldText(name, value));
  return fields;
}

function refuseRepeated(name: string): never {
  throw new DomainError('invalid_argument', `${name} is there more than once`, name);
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
