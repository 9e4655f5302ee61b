import { WireReader } from './wire-reader';

/** Which fields, by number, hold messages whose own fields count as well. */
export interface NestedFields {
  readonly [number: number]: NestedFields;
}

/**
 * How many fields a message has, with those of the messages in it that `nested` names, up to `enough`: what decoding it
 * would make, told without making any of it. Throws RangeError for bytes that are no message.
 */
export function countFields(bytes: Buffer, nested: NestedFields, enough: number): number {
  return count(new WireReader(bytes), nested, enough);
}

function count(reader: WireReader, nested: NestedFields, enough: number): number {
  let found = 0;
  while (!reader.done && found < enough) {
    const tag = reader.tag();
    found++;
    const inner = nested[tag >>> 3];
    if (inner === undefined || (tag & 7) !== 2) {
      reader.skip(tag & 7);
      continue;
    }
    const [end, outerEnd] = [reader.delimited(), reader.end];
    reader.end = end;
    found += count(reader, inner, enough - found);
    reader.end = outerEnd;
    reader.at = end;
  }
  return found;
}
