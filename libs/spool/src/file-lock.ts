import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;
const OWNER_ONLY = 0o600;
/** The lock of a process that was just killed may outlive it by a moment. */
const LOCK_WAIT_MS = 1000;

/**
 * A lock that ends with the process, so that there is no stale one. Node has no call for the locks of the operating
 * system, but SQLite takes one, in all the ways it has to be taken: this is an empty database in an exclusive
 * transaction that never writes.
 *
 * It is the file's, not the name's: whoever removes the file while it is locked lets others in, and whoever opens and
 * closes it in the process that has the lock ends the lock. So nothing else touches it.
 */
export class FileLock {
  private constructor(private readonly database: DatabaseSync) {}

  /** Takes the lock of this name; undefined while another owner, in this process or another, has it. */
  static take(path: string): FileLock | undefined {
    makePrivate(path);
    const database = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
    try {
      // Without a journal: SQLite would write one before it has anything to write, and a full disk has no room for it.
      database.exec('PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE');
      return new FileLock(database);
    } catch (error) {
      database.close();
      if ((Number((error as { errcode?: unknown }).errcode) & 0xff) === SQLITE_BUSY) return undefined;
      throw error;
    }
  }

  release(): void {
    this.database.close();
  }
}

/** Makes the file. One that is there is not opened: closing it would end the locks that this process has on it. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', OWNER_ONLY));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
