import type { SchemaElement } from 'hyparquet';

/** How a column of a table goes into a Parquet file: what to select of it, its schema, and its values as read. */
export interface ParquetColumn {
  readonly name: string;
  /** An expression over the table's column. */
  readonly select: string;
  readonly schema: SchemaElement;
  readonly value: (read: unknown) => unknown;
}

interface Kind {
  readonly select?: (column: string) => string;
  readonly schema: Omit<SchemaElement, 'name'>;
  readonly value?: (read: string) => unknown;
}

const TEXT: Kind = { schema: { type: 'BYTE_ARRAY', converted_type: 'UTF8' }, select: (column) => `${column}::text` };
const JSON_TEXT: Kind = {
  schema: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  select: (column) => `to_jsonb(${column})::text`,
};

/** By the type's name in PostgreSQL; lists and documents become JSON text. */
const KINDS: Readonly<Record<string, Kind>> = {
  bool: { schema: { type: 'BOOLEAN' } },
  int4: { schema: { type: 'INT32' } },
  int8: { schema: { type: 'INT64' }, value: BigInt },
  float4: { schema: { type: 'FLOAT' } },
  float8: { schema: { type: 'DOUBLE' } },
  date: {
    schema: { type: 'INT32', converted_type: 'DATE' },
    select: (column) => `${column} - date '1970-01-01'`,
  },
  timestamptz: {
    schema: { type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
    select: (column) => `(extract(epoch FROM ${column}) * 1000000)::bigint`,
    value: BigInt,
  },
  bytea: { schema: { type: 'BYTE_ARRAY' } },
  text: TEXT,
  uuid: TEXT,
};

/** The column's way into Parquet, by its name and its PostgreSQL type ("int8", "_text"). */
export function parquetColumn(name: string, type: string): ParquetColumn {
  const { select = (column) => column, schema, value = (read) => read } = KINDS[type] ?? JSON_TEXT;
  return {
    name,
    select: `${select(`"${name}"`)} AS "${name}"`,
    schema: { name, repetition_type: 'OPTIONAL', ...schema },
    value: (read) => (read === null ? null : value(read as string)),
  };
}
