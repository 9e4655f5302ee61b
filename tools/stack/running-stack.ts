import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { launcherOf } from './launcher-lock';
import { readSecrets, type StackSecrets } from './secrets';

/** Where everything of a running stack is. */
export interface RunningStack {
  readonly home: string;
  readonly databaseUrl: string;
  readonly unleashUrl: string;
  readonly unleashAdminToken: string;
  readonly experimentsUrl: string;
  readonly predictorUrl: string;
  readonly grpcAddress: string;
  readonly edgeUrl: string;
  readonly predictorPid: number;
  readonly secrets: StackSecrets;
  /** Rejects when a service or the embedded PostgreSQL dies by itself. */
  readonly died: Promise<never>;
  stop(): Promise<void>;
}

/** What another command needs to use a stack that is up; written beside the state while it is. */
const ADDRESSES = [
  'home',
  'databaseUrl',
  'unleashUrl',
  'unleashAdminToken',
  'experimentsUrl',
  'predictorUrl',
  'grpcAddress',
  'edgeUrl',
  'predictorPid',
] as const satisfies readonly (keyof RunningStack)[];
type StackAddresses = Pick<RunningStack, (typeof ADDRESSES)[number]>;

const FILE = 'running.json';

/** Notes that the stack is up. */
export function noteRunning(stack: RunningStack): void {
  writeFileSync(join(stack.home, FILE), JSON.stringify(stack, [...ADDRESSES], 2), { mode: 0o600 });
}

/** Notes that it is not any more. */
export function noteStopped(home: string): void {
  rmSync(join(home, FILE), { force: true });
}

/** The stack that `npm start` keeps up on this home, or undefined; stopping it is left to the one who started it. */
export async function findRunningStack(folder: string): Promise<RunningStack | undefined> {
  const home = resolve(__dirname, '..', '..', '..', folder);
  if (launcherOf(home) === undefined) return undefined;
  let addresses: StackAddresses;
  try {
    addresses = JSON.parse(readFileSync(join(home, FILE), 'utf8')) as StackAddresses;
    const answers = await Promise.all(
      [addresses.experimentsUrl, addresses.predictorUrl].map((url) =>
        fetch(`${url}/livez`, { signal: AbortSignal.timeout(2000) }),
      ),
    );
    if (!answers.every(({ ok }) => ok)) return undefined;
  } catch {
    return undefined;
  }
  return {
    ...addresses,
    secrets: readSecrets(home),
    died: new Promise<never>(() => undefined),
    stop: () => Promise.resolve(),
  };
}
