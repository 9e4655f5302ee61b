import { mkdirSync, openSync, closeSync, fsyncSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ClientBase } from 'pg';
import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import { parquetColumn, type ParquetColumn } from './parquet-columns';

/** Rows read at a time, and of one row group. */
const ROWS = 20_000;

/**
 * Writes all rows of a table into a Parquet file, which has its name only when it is whole and on the disk. Resolves
 * with the number of rows. The client must not be in a transaction. It takes the processor for long: run it in a thread.
 */
export async function exportPartition(client: ClientBase, table: string, file: string): Promise<number> {
  const columns = await columnsOf(client, table);
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.unfinished`;
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const written = { rows: 0 };
    await parquetWriteRows({
      writer: fileWriter(unfinished),
      rows: rowsOf(client, table, columns, written),
      columns: columns.map(({ name }) => ({ name })),
      schema: [{ name: 'root', num_children: columns.length }, ...columns.map(({ schema }) => schema)],
      rowGroupSize: ROWS,
      createdBy: 'adlift',
    });
    await client.query('COMMIT');
    if (written.rows > 0) makeDurable(unfinished, file);
    return written.rows;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

async function columnsOf(client: ClientBase, table: string): Promise<ParquetColumn[]> {
  const { rows } = await client.query<{ name: string; type: string }>(
    `SELECT attname AS name, typname AS type FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  );
  return rows.map(({ name, type }) => parquetColumn(name, type));
}

async function* rowsOf(
  client: ClientBase,
  table: string,
  columns: readonly ParquetColumn[],
  written: { rows: number },
): AsyncGenerator<Record<string, unknown>> {
  await client.query(
    `DECLARE exported NO SCROLL CURSOR FOR SELECT ${columns.map(({ select }) => select).join(', ')} FROM ${table}`,
  );
  for (;;) {
    const { rows } = await client.query<Record<string, unknown>>(`FETCH ${ROWS} FROM exported`);
    if (rows.length === 0) return;
    for (const row of rows) yield Object.fromEntries(columns.map(({ name, value }) => [name, value(row[name])]));
    written.rows += rows.length;
  }
}

/** Gives the file its name once its bytes are on the disk, and puts the name and those of its folders there too. */
function makeDurable(unfinished: string, file: string): void {
  synchronise(unfinished);
  renameSync(unfinished, file);
  const ofDay = dirname(file);
  const ofTable = dirname(ofDay);
  for (const folder of [ofDay, ofTable, dirname(ofTable)]) synchronise(folder);
}

function synchronise(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
