import { type Column, columnLength, isMissing } from '@adlift/wire';
import { z } from 'zod';

const missing = z.array(z.int().nonnegative()).optional();

/** JSON form of a column: numbers (null for non-finite), 64-bit integers as text, and `missing` as entry numbers. */
export const goldenColumnSchema = z.union([
  z.strictObject({ f32: z.array(z.number().nullable()), missing }),
  z.strictObject({ i32: z.array(z.int()), missing }),
  z.strictObject({ i64: z.array(z.string().regex(/^-?\d{1,19}$/)), missing }),
  z.strictObject({ dict: z.array(z.string()), idx: z.array(z.int().nonnegative()), missing }),
]);

export type GoldenColumn = z.infer<typeof goldenColumnSchema>;

/** Takes the given rows of a column into JSON form; a broadcast column stays one entry. */
export function toGoldenColumn(column: Column, rows: readonly number[]): GoldenColumn {
  const entries = columnLength(column) === 1 ? [0] : rows;
  const absent = entries.flatMap((entry, place) => (isMissing(column, entry) ? [place] : []));
  const missing = absent.length > 0 ? { missing: absent } : {};
  switch (column.kind) {
    case 'f32': {
      const values = entries.map((entry) => column.values[entry]);
      return { f32: values.map((value) => (Number.isFinite(value) ? value : null)), ...missing };
    }
    case 'i32':
      return { i32: entries.map((entry) => column.values[entry]), ...missing };
    case 'i64':
      return { i64: entries.map((entry) => String(column.values[entry])), ...missing };
    case 'dict': {
      const texts = entries.map((entry) => column.dict[column.idx[entry]] ?? '');
      const dict = [...new Set(texts)];
      return { dict, idx: texts.map((text) => dict.indexOf(text)), ...missing };
    }
  }
}

/** Reads a column back from its JSON form. */
export function fromGoldenColumn(golden: GoldenColumn): Column {
  const missing = golden.missing === undefined ? {} : { missing: bitmap(golden.missing) };
  if ('f32' in golden) {
    return { kind: 'f32', values: Float32Array.from(golden.f32, (value) => value ?? NaN), ...missing };
  }
  if ('i32' in golden) return { kind: 'i32', values: Int32Array.from(golden.i32), ...missing };
  if ('i64' in golden) {
    return { kind: 'i64', values: BigInt64Array.from(golden.i64, (text) => BigInt(text)), ...missing };
  }
  return { kind: 'dict', dict: golden.dict, idx: Uint32Array.from(golden.idx), ...missing };
}

function bitmap(entries: readonly number[]): Uint8Array {
  const bits = new Uint8Array((Math.max(-1, ...entries) >> 3) + 1);
  for (const entry of entries) bits[entry >> 3] |= 1 << (entry & 7);
  return bits;
}
