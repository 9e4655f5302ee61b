import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readOwnerNote, writeOwnerNote } from './owner-note';
import { SpoolFormatError, SpoolInUse } from './spool-error';
import { SQLITE_BUSY, SQLITE_NOTADB, sqliteCode } from './sqlite-code';

/** What this code writes. A file of a newer schema is refused, because what it would mean to remove from it is unknown. */
export const SCHEMA_VERSION = 1;
/** "ADSP" in the header of the file, so that another application's database is not taken for a spool. */
const APPLICATION_ID = 0x41445350;
/** Twice the default: a third less work a byte for blobs, and no more for a commit of a few records. */
export const PAGE_BYTES = 8192;
/** The write-ahead log keeps this much of the disk after it was longer. */
const WAL_KEPT_BYTES = 16 << 20;
const CACHE_KIB = 8192;
const OWNER_ONLY = 0o600;
/** The lock of a process that was just killed may outlive it by a moment. */
const LOCK_WAIT_MS = 1000;

/**
 * `damaged` names batches that stay where they are and are no longer read: moving one would need free pages, which a
 * full spool has not, and a torn one cannot be copied. `room` is empty except while the file is being enlarged.
 */
const SCHEMA = `
  CREATE TABLE batch (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL,
    records INTEGER NOT NULL,
    arrived_ms INTEGER NOT NULL,
    blob BLOB NOT NULL
  );
  CREATE INDEX batch_of_stream ON batch (stream, id, records, arrived_ms);
  CREATE TABLE damaged (
    id INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    records INTEGER NOT NULL,
    found_ms INTEGER NOT NULL,
    reason TEXT NOT NULL
  );
  CREATE TABLE room (zeros BLOB NOT NULL);
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/**
 * Opens or creates the file for this owner alone; `maxBytes` caps its size. Throws {@link SpoolInUse} while another
 * owner, in this process or another, holds it, and {@link SpoolFormatError} for a file that is no spool of ours.
 */
export function openDatabase(file: string, maxBytes: number): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true });
  // What is in it is nobody else's business; SQLite gives its other files the same mode.
  closeSync(openSync(file, 'a', OWNER_ONLY));
  const db = new DatabaseSync(file, { timeout: LOCK_WAIT_MS });
  try {
    // The lock is taken by the first access and kept as long as the connection, which is as long as the process.
    db.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE`);
    ensureSchema(db, file);
    db.exec(`COMMIT;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA journal_size_limit = ${WAL_KEPT_BYTES};
      PRAGMA max_page_count = ${Math.floor(maxBytes / PAGE_BYTES)};
      PRAGMA cache_size = -${CACHE_KIB}`);
    writeOwnerNote(file);
    return db;
  } catch (error) {
    db.close();
    const code = sqliteCode(error);
    if (code === SQLITE_BUSY) throw new SpoolInUse(file, readOwnerNote(file));
    if (code === SQLITE_NOTADB) throw new SpoolFormatError(`${file} is not a spool`);
    throw error;
  }
}

function ensureSchema(db: DatabaseSync, file: string): void {
  if (pragma(db, 'application_id') === APPLICATION_ID) {
    const version = pragma(db, 'user_version');
    if (version === SCHEMA_VERSION) return;
    throw new SpoolFormatError(
      `the spool ${file} was written by a newer version: it has schema ${version}, this version knows ${SCHEMA_VERSION}`,
    );
  }
  if (db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined) {
    throw new SpoolFormatError(`${file} is not a spool`);
  }
  db.exec(SCHEMA);
}

/** The value of a pragma that is a number. */
export function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}
