import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { DomainError } from '@adlift/problem';

const TAG = /^"([0-9]{1,9})"$/;

/** The revisions that `If-Match` names; undefined when there is no such header, or when it takes any. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number[] | undefined => {
  const { headers } = context.switchToHttp().getRequest<{ headers: Readonly<Record<string, string | undefined>> }>();
  return parseIfMatch(headers['if-match']);
});

/** Throws `invalid_argument` for what is neither `*` nor a list of ETags of this API. */
export function parseIfMatch(header: string | undefined): number[] | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  return header.split(',').map((tag) => {
    const revision = TAG.exec(tag.trim())?.[1];
    if (revision === undefined)
      throw new DomainError('invalid_argument', 'if-match: must be the ETag of an answer, such as "3"', 'if-match');
    return Number(revision);
  });
}
