import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for the spools of one spec, which goes when the spec is done. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'adlift-spool-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
