import type { core, ZodType } from 'zod';
import { DomainError } from './domain-error';

/** Wrong fields that are listed. */
const MAX_ERRORS = 100;

/**
 * The body as its schema's output. Throws an `invalid_argument` {@link DomainError} naming the first wrong field; where
 * there are more, `errors` lists all of them.
 */
export function parseBody<T>(schema: ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, MAX_ERRORS).map((issue) => {
    const field = fieldOf(issue);
    return { field, message: `${field === '' ? 'body' : field}: ${issue.message}` };
  });
  const { field = '', message = 'body: malformed' } = errors[0] ?? {};
  throw new DomainError(
    'invalid_argument',
    message,
    field === '' ? undefined : field,
    undefined,
    errors.length > 1 ? { errors } : {},
  );
}

function fieldOf({ path }: core.$ZodIssue): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
