import { PREFIX_BYTES } from './message-reader';

const prefix = Buffer.alloc(PREFIX_BYTES);

/** What goes before a message of ours, none of which is compressed; valid until the next one is asked for. */
export function messagePrefix(bytes: number): Buffer {
  prefix.writeUInt32BE(bytes, 1);
  return prefix;
}
