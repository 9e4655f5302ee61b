/** A span that cannot be read; its neighbours can. */
export class MalformedSpan extends Error {
  override readonly name = 'MalformedSpan';
}

export type Fields = Readonly<Record<string, unknown>>;

/** A message's fields; an absent message has none. Throws {@link MalformedSpan} for anything but an object. */
export function fieldsOf(value: unknown, path: string): Fields {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new MalformedSpan(`${path} is not an object`);
  return value as Fields;
}

/** A repeated field; absent means empty. Throws {@link MalformedSpan} for anything but a list. */
export function listOf(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new MalformedSpan(`${path} is not a list`);
  return value as readonly unknown[];
}

/** A text field; absent means empty. */
export function textOf(value: unknown, path: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new MalformedSpan(`${path} is not a string`);
  return value;
}

/** An id of `bytes` bytes as lower-case hex: OTLP's JSON has hex text, its protobuf has bytes. */
export function idOf(value: unknown, bytes: number, path: string): string {
  const hex = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : textOf(value, path).toLowerCase();
  if (hex.length !== 2 * bytes || !/^[0-9a-f]*$/.test(hex)) throw new MalformedSpan(`${path} is not ${bytes} bytes`);
  if (/^0*$/.test(hex)) throw new MalformedSpan(`${path} is all zero`);
  return hex;
}

/** Nanoseconds since the Unix epoch. */
export function nanosecondsOf(value: unknown, path: string): bigint {
  const digits = typeof value === 'bigint' || typeof value === 'number' ? String(value) : textOf(value, path);
  if (!/^\d{1,20}$/.test(digits) || /^0*$/.test(digits))
    throw new MalformedSpan(`${path} is not a time in nanoseconds`);
  return BigInt(digits);
}
