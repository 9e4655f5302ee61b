import type { HeaderField } from '../hpack/decoded-headers';
import { encodeHeaders } from '../hpack/header-encoder';
import { Code, type CallStatus } from './status';

/** Bytes of a status message as it travels; clients refuse trailers that are too large, and their whole connection ends. */
const MAX_MESSAGE_BYTES = 2_048;
const BLANK_ENDS = /^ | $/g;
const NOT_PLAIN = /[^\x20-\x7e]/g;
/** What gRPC leaves as it is in a message: printable ASCII but for the percent sign. */
const ESCAPED = /[^\x20-\x24\x26-\x7e]/;
const OK_HEADERS: readonly HeaderField[] = [
  [':status', '200'],
  ['content-type', 'application/grpc'],
];

/** The headers of every answer. */
export const ANSWER_HEADERS = encodeHeaders(OK_HEADERS);
/** The trailers of an answer that is well. */
export const OK_TRAILERS = encodeHeaders([['grpc-status', String(Code.ok)]]);

/** The trailers of an answer that ends with this status. */
export function statusTrailers(status: CallStatus): Buffer {
  return encodeHeaders(statusFields(status));
}

/** An answer that is nothing but this status ("Trailers-Only" of the gRPC protocol). */
export function statusOnly(status: CallStatus): Buffer {
  return encodeHeaders([...OK_HEADERS, ...statusFields(status)]);
}

/** An answer for a caller that does not speak gRPC: an HTTP status without a body. */
export function httpRefusal(status: number, fields: readonly HeaderField[] = []): Buffer {
  return encodeHeaders([[':status', String(status)], ...fields]);
}

function statusFields({ code, message, metadata = [] }: CallStatus): HeaderField[] {
  return [['grpc-status', String(code)], ['grpc-message', escaped(message)], ...metadata.map(plain)];
}

/** What no value may hold is left out, or clients drop all of it. */
function plain([name, value]: HeaderField): HeaderField {
  return [name, value.replace(NOT_PLAIN, '').trim()];
}

/** Percent-encoded, and cut where it gets too long; clients drop what begins or ends with a blank (RFC 9113, 8.2.1). */
function escaped(message: string): string {
  let text = '';
  for (const character of message) {
    const next = ESCAPED.test(character) ? percent(character) : character;
    if (text.length + next.length > MAX_MESSAGE_BYTES) break;
    text += next;
  }
  return text.replace(BLANK_ENDS, '%20');
}

function percent(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
