import type { Reader } from 'protobufjs/minimal';

/** A string field. Throws RangeError when the message is cut short in it, which `reader.string()` lets pass. */
export function readText(reader: Reader): string {
  const start = reader.pos;
  const end = reader.uint32() + reader.pos;
  if (end > reader.len) throw new RangeError(`a text ends at byte ${end} of ${reader.len}`);
  reader.pos = start;
  return reader.string();
}
