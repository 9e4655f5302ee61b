import type { IncomingHttpHeaders } from 'node:http';
import { DomainError } from '@adlift/problem';
import { InvalidField } from '@adlift/wire';
import type { InferRequest } from './infer-request';
import type { InferCall } from './inference.service';
import { readInferBody } from './read-infer-body';
import { writeInferBody, type WrittenAnswer } from './write-infer-answer';

const JSON_LENGTH = 'inference-header-content-length';

interface HttpRequest extends InferRequest {
  readonly isBinary: (output: string) => boolean;
}

/** An HTTP call as the service takes it; `body` is a Buffer unless the caller sent none. */
export function readInferCall(
  model: string,
  version: string,
  body: unknown,
  headers: IncomingHttpHeaders,
): InferCall<HttpRequest, WrittenAnswer> {
  const { traceparent } = headers;
  return {
    read: () => {
      refusePacked(headers['content-encoding']);
      const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      const { request, isBinary } = readInferBody(
        model,
        version,
        bytes,
        jsonLength(headers[JSON_LENGTH], bytes.length),
      );
      return { ...request, isBinary };
    },
    write: (answer, { isBinary }) => writeInferBody(answer, isBinary),
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    // The protocol has a parameter of the request for it.
    deadline: Infinity,
  };
}

function refusePacked(encoding: string | undefined): void {
  if (encoding === undefined || encoding === '' || encoding === 'identity') return;
  throw new DomainError('unimplemented', 'bodies are not read packed; leave content-encoding away', 'content-encoding');
}

/** Without the header the whole body is JSON. */
function jsonLength(header: string | string[] | undefined, bodyBytes: number): number {
  if (header === undefined) return bodyBytes;
  const length = /^\d{1,9}$/.test(String(header)) ? Number(header) : NaN;
  if (length <= bodyBytes) return length;
  throw new InvalidField(JSON_LENGTH, `must be the bytes of the body's JSON, 0 to ${bodyBytes}`);
}
