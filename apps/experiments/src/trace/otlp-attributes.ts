import type { AttributeValue, SpanAttributes } from '@adlift/telemetry';
import { fieldsOf, listOf, MalformedSpan, type Fields } from './otlp-fields';

/** Values nested deeper than this are of no use to a reader, and could exhaust the stack. */
const MAX_DEPTH = 32;

type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/**
 * OTLP's `KeyValue` list as attributes. What an attribute cannot hold (maps, nested lists) becomes JSON text, bytes
 * become base64, integers that a number does not hold exactly their digits.
 */
export function readAttributes(list: unknown, path: string): SpanAttributes {
  const entries = listOf(list, path).map((item, i): [string, AttributeValue] => {
    const { key, value } = fieldsOf(item, `${path}[${i}]`);
    if (typeof key !== 'string') throw new MalformedSpan(`${path}[${i}].key is not a string`);
    return [key, asAttribute(plainValue(value, `${path}[${i}].value`, 0))];
  });
  return Object.fromEntries(entries);
}

function asAttribute(value: Plain): AttributeValue {
  if (value === null) return '';
  if (typeof value !== 'object') return value;
  if (Array.isArray(value) && value.every(isScalar)) return value;
  return JSON.stringify(value);
}

function isScalar(value: Plain): value is string | number | boolean | null {
  return value === null || typeof value !== 'object';
}

function plainValue(value: unknown, path: string, depth: number): Plain {
  if (value === undefined || value === null) return null;
  if (depth > MAX_DEPTH) throw new MalformedSpan(`${path} is nested deeper than ${MAX_DEPTH} levels`);
  const fields = fieldsOf(value, path);
  if (isSet(fields['stringValue'])) return text(fields['stringValue'], path);
  if (isSet(fields['boolValue'])) return fields['boolValue'] === true || fields['boolValue'] === 'true';
  if (isSet(fields['intValue'])) return integer(fields['intValue'], path);
  if (isSet(fields['doubleValue'])) return double(fields['doubleValue'], path);
  if (isSet(fields['bytesValue'])) return bytes(fields['bytesValue'], path);
  if (isSet(fields['arrayValue'])) {
    const { values } = fieldsOf(fields['arrayValue'], path);
    return listOf(values, path).map((item) => plainValue(item, path, depth + 1));
  }
  if (isSet(fields['kvlistValue'])) return plainMap(fieldsOf(fields['kvlistValue'], path), path, depth);
  return null;
}

function plainMap({ values }: Fields, path: string, depth: number): Plain {
  return Object.fromEntries(
    listOf(values, path).map((item) => {
      const { key, value } = fieldsOf(item, path);
      return [text(key, path), plainValue(value, path, depth + 1)];
    }),
  );
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw new MalformedSpan(`${path} is not a string`);
  return value;
}

function integer(value: unknown, path: string): number | string {
  const digits = typeof value === 'bigint' || typeof value === 'number' ? String(value) : text(value, path);
  if (!/^-?\d{1,20}$/.test(digits)) throw new MalformedSpan(`${path} is not an integer`);
  return Number.isSafeInteger(Number(digits)) ? Number(digits) : digits;
}

/** JSON has no NaN and no infinities: there they are texts, and texts they stay. */
function double(value: unknown, path: string): number | string {
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || (typeof value === 'string' && Number.isNaN(number))) {
    throw new MalformedSpan(`${path} is not a number`);
  }
  return Number.isFinite(number) ? number : String(number);
}

function bytes(value: unknown, path: string): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : text(value, path);
}
