import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Who holds a spool file, for the error message of whoever comes second. It is a note and no lock: what keeps others
 * out is the lock of the database, which ends with the process, so a note that was left behind harms nobody.
 */
export function writeOwnerNote(file: string): void {
  try {
    writeFileSync(noteOf(file), `${process.pid}\n`);
  } catch {
    // A full disk must not keep a spool closed for the sake of a message.
  }
}

/** The process id in the note; undefined when there is none to read. */
export function readOwnerNote(file: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(noteOf(file), 'utf8'), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    return undefined;
  }
}

export function removeOwnerNote(file: string): void {
  rmSync(noteOf(file), { force: true });
}

function noteOf(file: string): string {
  return `${file}.owner`;
}
