import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Programs of an installed RabbitMQ. */
export interface Rabbit {
  /** Starts a node in the foreground, as whatever user calls it. */
  readonly server: string;
  /** Erlang's daemon of names, and its client for calls to a node. */
  readonly epmd: string;
  readonly erlCall: string;
}

const LIBRARY = '/usr/lib/rabbitmq/lib';
const POLICY = '/usr/sbin/policy-rc.d';
const INSTALL_MS = 300_000;

/** RabbitMQ as Debian packages it; installed when this process may do so. Or why there is none. */
export function rabbitOrReason(log: (line: string) => void): Rabbit | string {
  const found = installed();
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0) return 'rabbitmq-server is not installed, and only root can install it';
  if (!existsSync('/usr/bin/apt-get')) return 'rabbitmq-server is not installed, and there is no apt-get to install it';
  log('installing rabbitmq-server from Debian');
  const failure = withoutServices(
    () => apt('update', '-q') ?? apt('install', '-q', '-y', '--no-install-recommends', 'rabbitmq-server'),
  );
  return (
    installed() ?? `rabbitmq-server cannot be installed: ${failure ?? 'its programs are not where Debian has them'}`
  );
}

function installed(): Rabbit | undefined {
  const release = existsSync(LIBRARY) ? readdirSync(LIBRARY).find((name) => name.startsWith('rabbitmq_server-')) : '';
  if (release === undefined || release === '') return undefined;
  const rabbit = {
    // Not the wrapper in the path: that insists on the system's own user, folders and cookie.
    server: join(LIBRARY, release, 'sbin', 'rabbitmq-server'),
    ...{ epmd: '/usr/bin/epmd', erlCall: '/usr/bin/erl_call' },
  };
  return Object.values(rabbit).every((program) => existsSync(program)) ? rabbit : undefined;
}

/** Undefined, or the last lines of what it said when it failed. */
function apt(...args: string[]): string | undefined {
  const { status, stderr, error } = spawnSync('apt-get', args, {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    ...{ encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: INSTALL_MS },
  });
  if (status === 0) return undefined;
  return error?.message ?? stderr.trim().split('\n').slice(-3).join(' ');
}

/** Debian starts a service that it installs, unless this file says that it must not. */
function withoutServices<T>(work: () => T): T {
  if (existsSync(POLICY)) return work();
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return work();
  } finally {
    rmSync(POLICY);
  }
}
