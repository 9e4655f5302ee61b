import { readFile, stat } from 'node:fs/promises';
import type { Column, Columns } from '@adlift/wire';
import { CliError } from '../cli-error';
import { parseCsv } from './parse-csv';

/** Rows of raw features, one column each. */
export interface Sample {
  readonly columns: Columns;
  readonly n: number;
}

type Cell = string | number | null;

const MAX_SAMPLE_BYTES = 64 * 1024 * 1024;
const MAX_INT32 = 2 ** 31 - 1;

/**
 * Reads a sample of feature rows: JSON lines with one object each, or CSV with a header line, by the file's ending.
 * Columns whose values are all numbers are numbers, others text; null and empty cells are missing. Throws CliError
 * naming the line.
 */
export async function readSample(file: string): Promise<Sample> {
  const text = await readText(file);
  const rows = /\.csv$/i.test(file) ? csvRows(file, text) : jsonRows(file, text);
  if (rows.length === 0) throw new CliError(`${file} holds no rows`);
  const names = new Set(rows.flatMap((row) => [...row.keys()]));
  const columns = new Map<string, Column>();
  for (const name of names) {
    columns.set(name, columnOf(rows.map((row) => row.get(name) ?? null)));
  }
  return { columns, n: rows.length };
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_SAMPLE_BYTES) throw new CliError(`${file} has ${size} bytes, a sample may have ${MAX_SAMPLE_BYTES}`);
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`cannot read ${file}: ${(error as Error).message}`);
  }
}

function jsonRows(file: string, text: string): Map<string, Cell>[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    const fail = (fault: string): never => {
      throw new CliError(`${file}, line ${i + 1}: ${fault}`);
    };
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      return fail((error as Error).message);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail('is not an object');
    return new Map(
      Object.entries(value).map(([name, cell]) => [
        name,
        isCell(cell) ? cell : fail(`${name} is not a number, a text or null`),
      ]),
    );
  });
}

function isCell(value: unknown): value is Cell {
  return value === null || typeof value === 'number' || typeof value === 'string';
}

function csvRows(file: string, text: string): Map<string, Cell>[] {
  const [header, ...records] = parseCsv(file, text);
  if (header === undefined) return [];
  return records.map(({ line, cells }) => {
    if (cells.length !== header.cells.length) {
      throw new CliError(`${file}, line ${line}: ${cells.length} cells, the header has ${header.cells.length}`);
    }
    return new Map(header.cells.map((name, i) => [name, numberOrText(cells[i] ?? '')]));
  });
}

function numberOrText(cell: string): Cell {
  if (cell === '') return null;
  return /^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(cell) ? Number(cell) : cell;
}

function columnOf(cells: readonly Cell[]): Column {
  const missing = new Uint8Array(Math.ceil(cells.length / 8));
  cells.forEach((cell, i) => {
    if (cell === null) missing[i >> 3] = (missing[i >> 3] ?? 0) | (1 << (i & 7));
  });
  const marks = missing.some((byte) => byte !== 0) ? { missing } : {};
  if (cells.some((cell) => typeof cell === 'string')) {
    const places = new Map<string, number>();
    const idx = Uint32Array.from(cells, (cell) => {
      const text = String(cell ?? '');
      const place = places.get(text) ?? places.size;
      places.set(text, place);
      return place;
    });
    return { kind: 'dict', dict: [...places.keys()], idx, ...marks };
  }
  const numbers = cells.map((cell) => Number(cell ?? 0));
  if (numbers.every((number) => Number.isInteger(number) && Math.abs(number) <= MAX_INT32)) {
    return { kind: 'i32', values: Int32Array.from(numbers), ...marks };
  }
  if (numbers.every((number) => Number.isSafeInteger(number))) {
    return { kind: 'i64', values: BigInt64Array.from(numbers, BigInt), ...marks };
  }
  return { kind: 'f32', values: Float32Array.from(numbers), ...marks };
}
