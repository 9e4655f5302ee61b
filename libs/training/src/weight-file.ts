import type { Weights } from './weights';

const FORMAT = 'adlift-weights/1';

/** A weight file that does not hold a model; the message names the field. */
export class WeightFileError extends Error {
  readonly code = 'WEIGHT_FILE_INVALID';
  override readonly name = 'WeightFileError';
}

/**
 * The weight file: JSON from which another program can recompute every prediction. Scalars are JSON numbers, arrays
 * are base64 of little-endian 64-bit floats in the order that Weights states.
 */
export function weightsToJson(weights: Weights): string {
  const { kind, bias } = weights;
  const linear = { format: FORMAT, kind, bias, w: toBase64(weights.w), numeric: toBase64(weights.numeric) };
  if (weights.kind === 'lr') return JSON.stringify(linear);
  return JSON.stringify({ ...linear, k: weights.k, v: toBase64(weights.v), vNumeric: toBase64(weights.vNumeric) });
}

/** Reads a weight file back, bit for bit; throws WeightFileError on a wrong format or on arrays that do not fit. */
export function weightsFromJson(json: string): Weights {
  const fields = parse(json);
  if (fields.format !== FORMAT) throw new WeightFileError(`format is ${String(fields.format)}, expected ${FORMAT}`);
  const linear = { bias: numberOf(fields, 'bias'), w: arrayOf(fields, 'w'), numeric: arrayOf(fields, 'numeric') };
  if (fields.kind === 'lr') return { kind: 'lr', ...linear };
  if (fields.kind !== 'fm') throw new WeightFileError(`kind is ${String(fields.kind)}, expected lr or fm`);
  const k = numberOf(fields, 'k');
  const v = arrayOf(fields, 'v', linear.w.length * k);
  return { kind: 'fm', k, ...linear, v, vNumeric: arrayOf(fields, 'vNumeric', linear.numeric.length * k) };
}

function parse(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch (error) {
    throw new WeightFileError('not JSON', { cause: error });
  }
  throw new WeightFileError('not a JSON object');
}

function numberOf(fields: Record<string, unknown>, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number') throw new WeightFileError(`${name} is not a number`);
  return value;
}

function toBase64(values: Float64Array): string {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, i) => bytes.writeDoubleLE(value, i * 8));
  return bytes.toString('base64');
}

function arrayOf(fields: Record<string, unknown>, name: string, length?: number): Float64Array {
  const text = fields[name];
  if (typeof text !== 'string') throw new WeightFileError(`${name} is not a base64 string`);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length % 8 !== 0 || (length !== undefined && bytes.length !== length * 8)) {
    throw new WeightFileError(
      `${name} holds ${bytes.length} bytes, expected ${(length ?? 0) * 8 || 'a multiple of 8'}`,
    );
  }
  return Float64Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(i * 8));
}
