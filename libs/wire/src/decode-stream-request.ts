import { InvalidField, MAX_ID_BYTES } from './predict-request';
import { WireReader } from './wire-reader';

/** One message of PredictStream, its request still encoded: what is wrong with that is answered in-band. */
export interface StreamRequest {
  readonly request: Buffer;
  /** Microseconds from the arrival; 0 = none. */
  readonly timeoutUs: number;
  readonly traceparent: string;
}

/** Decodes a PredictStreamRequest. Throws {@link InvalidField}. */
export function decodeStreamRequest(bytes: Buffer): StreamRequest {
  try {
    const reader = new WireReader(bytes);
    let request = bytes.subarray(0, 0);
    let timeoutUs = 0;
    let traceparent = '';
    while (!reader.done) {
      const tag = reader.tag();
      if (tag === 0x0a) {
        const end = reader.delimited();
        request = bytes.subarray(reader.at, end);
        reader.at = end;
      } else if (tag === 0x10) timeoutUs = reader.uint32();
      else if (tag === 0x1a) traceparent = reader.text();
      else reader.skip(tag & 7);
    }
    return { request, timeoutUs, traceparent };
  } catch (error) {
    throw new InvalidField('(message)', `not a PredictStreamRequest: ${(error as Error).message}`);
  }
}

/** The request_id of a PredictRequest that may be malformed otherwise; empty when it cannot be read or is no id. */
export function peekRequestId(request: Buffer): string {
  try {
    const reader = new WireReader(request);
    while (!reader.done) {
      const tag = reader.tag();
      if (tag === 0x0a) {
        // It goes back to the caller as it is, whatever its length.
        const id = reader.text();
        return Buffer.byteLength(id) > MAX_ID_BYTES ? '' : id;
      }
      reader.skip(tag & 7);
    }
    return '';
  } catch {
    return '';
  }
}
