import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { otlp } from '@adlift/telemetry';
import { DomainError } from '@adlift/problem';

/** The two encodings of OTLP over HTTP. */
export const OTLP_JSON = 'application/json';
export const OTLP_PROTOBUF = 'application/x-protobuf';
export type OtlpType = typeof OTLP_JSON | typeof OTLP_PROTOBUF;

/** A body may be this large once it is unpacked. */
const MAX_INFLATED_BYTES = 16 * 1024 * 1024;

const inflate = promisify(gunzip);

/** The body as it was before its `content-encoding`. Throws DomainError for what cannot be unpacked or is too large. */
export async function unpackBody(body: Buffer, encoding: string | undefined): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') return body;
  if (encoding !== 'gzip') {
    throw new DomainError('unsupported_media_type', `content-encoding "${encoding}" is not known here, gzip is`);
  }
  try {
    return await inflate(body, { maxOutputLength: MAX_INFLATED_BYTES });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new DomainError('too_large', `the body is larger than ${MAX_INFLATED_BYTES} bytes once unpacked`);
    }
    throw new DomainError('invalid_argument', `the body is not gzip: ${(error as Error).message}`);
  }
}

/** The export request as plain data, not yet checked. Throws an `invalid_argument` DomainError for undecodable bytes. */
export function decodeRequest(body: Buffer, type: OtlpType): unknown {
  try {
    return type === OTLP_JSON ? parseExactly(body.toString('utf8')) : otlp.ExportTraceServiceRequest.decode(body);
  } catch (error) {
    throw new DomainError(
      'invalid_argument',
      `the body is not an ExportTraceServiceRequest: ${(error as Error).message}`,
    );
  }
}

/** `ExportTraceServiceResponse`; a partial success is named only when something was rejected. */
export function encodeResponse(type: OtlpType, rejectedSpans: number, errorMessage: string): string | Uint8Array {
  const partial = rejectedSpans > 0;
  if (type === OTLP_JSON) {
    // Protobuf's JSON mapping writes 64-bit integers as text.
    return JSON.stringify(partial ? { partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } } : {});
  }
  const response = partial ? { partialSuccess: { rejectedSpans: BigInt(rejectedSpans), errorMessage } } : {};
  return otlp.ExportTraceServiceResponse.encode(response).finish();
}

/** `google.rpc.Status`, the body of every failed call. */
export function encodeStatus(type: OtlpType, code: number, message: string): string | Uint8Array {
  const status = { code, message };
  return type === OTLP_JSON ? JSON.stringify(status) : otlp.Status.encode(status).finish();
}

interface ReviverContext {
  readonly source?: string;
}

/** Integers of more digits than a number holds stay text, so that times given as JSON numbers keep their nanoseconds. */
function parseExactly(text: string): unknown {
  // Remembering where each value came from costs several times the parse, and most exporters quote their integers.
  if (!/[:[,]\s*-?\d{16}/.test(text)) return JSON.parse(text);
  const exact = (_key: string, value: unknown, context?: ReviverContext): unknown =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
      ? context?.source
      : value;
  return JSON.parse(text, exact);
}
