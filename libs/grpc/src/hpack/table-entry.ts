import type { HeaderField } from './decoded-headers';
import { Known, type HeaderName } from './header-name';

/** What the specification adds to the bytes of a name and a value for the cost of keeping them (RFC 7541, 4.1). */
export const ENTRY_OVERHEAD = 32;

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

/** A header as it stands in a table or in a block. */
export interface TableEntry {
  readonly name: HeaderName;
  readonly field: HeaderField;
  /** Bytes of name and value and {@link ENTRY_OVERHEAD}. */
  readonly size: number;
  /** How name or value break RFC 9113, 8.2 or 8.3. */
  readonly fault: string | undefined;
}

/** The entry for a name and a value. */
export function tableEntry(name: HeaderName, value: string): TableEntry {
  const size = name.text.length + value.length + ENTRY_OVERHEAD;
  return { name, field: [name.text, value], size, fault: name.fault ?? faultOf(name, value) };
}

function faultOf(name: HeaderName, value: string): string | undefined {
  if (name.known === Known.te && value.toLowerCase() !== 'trailers') return 'a te header that does not say trailers';
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === 0 || code === LINE_FEED || code === CARRIAGE_RETURN) return 'a value with NUL, CR or LF';
  }
  const blank = isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1));
  return blank ? 'a value that begins or ends with a blank' : undefined;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
