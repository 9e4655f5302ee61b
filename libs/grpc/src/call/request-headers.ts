import type { DecodedHeaders } from '../hpack/decoded-headers';
import { httpRefusal } from './response-blocks';
import { Code } from './status';

const CONTENT_TYPE = /^application\/grpc(\+proto)?(;|$)/;
/** What HTTP statuses say of requests that are not gRPC (gRPC over HTTP/2, "Requests"). */
const NOT_POST = httpRefusal(405, [['allow', 'POST']]);
const NOT_GRPC = httpRefusal(415, [
  ['grpc-status', String(Code.internal)],
  ['grpc-message', 'not application/grpc'],
]);
const TOO_LARGE = httpRefusal(431);

/** The answer to a request that is no gRPC call; undefined for one that is. */
export function notACall({ method, contentType, tooLarge }: DecodedHeaders): Buffer | undefined {
  if (tooLarge) return TOO_LARGE;
  if (method !== 'POST') return NOT_POST;
  // The one that all clients send needs no look at the pattern.
  if (contentType === 'application/grpc' || (contentType !== undefined && CONTENT_TYPE.test(contentType)))
    return undefined;
  return NOT_GRPC;
}

/** The first value of a header; its name in lower case. */
export function headerValue({ fields }: DecodedHeaders, name: string): string | undefined {
  for (const field of fields) if (field[0] === name) return field[1];
  return undefined;
}

/** The bytes of a header whose name ends in `-bin`, base64 with padding or without; the first where there are several. */
export function binaryValue(headers: DecodedHeaders, name: string): Buffer | undefined {
  const text = headerValue(headers, name)?.split(',', 1)[0];
  return text === undefined ? undefined : Buffer.from(text, 'base64');
}
