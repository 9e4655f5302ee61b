import type { ZodType } from 'zod';
import { DomainError } from './domain-error';

/** The body as its schema's output. Throws an `invalid_argument` {@link DomainError} naming the first wrong field. */
export function parseBody<T>(schema: ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  throw new DomainError(
    'invalid_argument',
    `${field === '' ? 'body' : field}: ${issue?.message}`,
    field === '' ? undefined : field,
  );
}
