import { Reader } from 'protobufjs/minimal';
import { InvalidField } from './predict-request';
import { readText } from './read-text';

/** One message of PredictStream, its request still encoded: what is wrong with that is answered in-band. */
export interface StreamRequest {
  readonly request: Uint8Array;
  /** Microseconds from the arrival; 0 = none. */
  readonly timeoutUs: number;
  readonly traceparent: string;
}

/** Decodes a PredictStreamRequest. Throws {@link InvalidField}. */
export function decodeStreamRequest(bytes: Uint8Array): StreamRequest {
  try {
    const reader = Reader.create(bytes);
    let request: Uint8Array = new Uint8Array(0);
    let timeoutUs = 0;
    let traceparent = '';
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === 0x0a) request = reader.bytes();
      else if (tag === 0x10) timeoutUs = reader.uint32();
      else if (tag === 0x1a) traceparent = readText(reader);
      else reader.skipType(tag & 7);
    }
    return { request, timeoutUs, traceparent };
  } catch (error) {
    throw new InvalidField('(message)', `not a PredictStreamRequest: ${(error as Error).message}`);
  }
}

/** The request_id of a PredictRequest that may be malformed otherwise; empty when it cannot be read. */
export function peekRequestId(request: Uint8Array): string {
  try {
    const reader = Reader.create(request);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === 0x0a) return readText(reader);
      reader.skipType(tag & 7);
    }
    return '';
  } catch {
    return '';
  }
}
