import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from './postgres-home';
import { StackError } from './stack-error';

export interface ClusterOptions {
  readonly initdb: string;
  /** Holds the data folder, the log and, for a moment, the password file. */
  readonly folder: string;
  readonly data: string;
  readonly password: string;
  readonly account: Account;
}

/** Makes the cluster unless it is there. Throws {@link StackError} with what initdb said. */
export function ensureCluster({ initdb, folder, data, password, account }: ClusterOptions): void {
  mkdirSync(folder, { recursive: true });
  if (account !== undefined) chownSync(folder, account.uid, account.gid);
  if (existsSync(join(data, 'PG_VERSION'))) return;
  // What an interrupted initdb leaves: a folder without a version is no cluster.
  rmSync(data, { recursive: true, force: true });
  const passwordFile = join(folder, 'initdb.pw');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account !== undefined) chownSync(passwordFile, account.uid, account.gid);
  const access = ['-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  try {
    const done = spawnSync(initdb, ['-D', data, ...access, '--encoding=UTF8', '--locale=C.UTF-8'], {
      ...account,
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    if (done.status !== 0) {
      throw new StackError(
        `PostgreSQL could not make its data folder ${data}: ${done.error?.message ?? done.stderr.trim()}`,
      );
    }
    chmodSync(data, 0o700);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}
