import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileLock } from './file-lock';

const folder = mkdtempSync(join(tmpdir(), 'adlift-lock-'));
const path = join(folder, 'x.lock');
afterAll(() => rmSync(folder, { recursive: true }));

/** Whether another process gets the lock. */
function anotherProcessGetsIt(): boolean {
  const code = `new (require('node:sqlite').DatabaseSync)(${JSON.stringify(path)}).exec('BEGIN EXCLUSIVE')`;
  const { status, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', code]);
  if (status !== 0 && !String(stderr).includes('database is locked')) throw new Error(String(stderr));
  return status === 0;
}

describe('FileLock', () => {
  it('keeps out other processes and others in this one, until it is released', () => {
    const lock = FileLock.take(path);
    expect(lock).toBeDefined();
    expect(FileLock.take(path)).toBeUndefined();
    // Whoever came second in this process has not ended the lock by closing the file.
    expect(anotherProcessGetsIt()).toBe(false);
    lock?.release();
    expect(anotherProcessGetsIt()).toBe(true);
    const again = FileLock.take(path);
    expect(again).toBeDefined();
    again?.release();
  });

  it('writes nothing, so that a full disk keeps nobody out', () => {
    const lock = FileLock.take(path);
    expect(statSync(path).size).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    lock?.release();
  });
});
