/** Primary result codes of SQLite that the spool tells apart. */
export const SQLITE_BUSY = 5;
export const SQLITE_CORRUPT = 11;
export const SQLITE_FULL = 13;
export const SQLITE_NOTADB = 26;

/** The primary result code of an error of node:sqlite; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

/** Does the work; false when it failed because the disk, or the file up to its cap, is full. Throws any other error. */
export function unlessFull(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (sqliteCode(error) !== SQLITE_FULL) throw error;
    return false;
  }
}
