/** SET list of an upsert that adds to what is there. */
export function added(table: string, columns: readonly string[]): string {
  return columns.map((column) => `${column} = ${table}.${column} + excluded.${column}`).join(', ');
}

/**
 * What a MERGE of `change` into `kept` does: adds to what is there. It neither locks a row before it changes it nor
 * inserts one on trial, as an upsert does; that takes the lock of the fold, under which nobody else writes.
 */
export function merged(key: readonly string[], columns: readonly string[]): string {
  const all = [...key, ...columns];
  return `WHEN MATCHED THEN UPDATE SET ${columns.map((column) => `${column} = kept.${column} + change.${column}`).join(', ')}
    WHEN NOT MATCHED THEN INSERT (${all.join(', ')}) VALUES (${all.map((column) => `change.${column}`).join(', ')})`;
}
