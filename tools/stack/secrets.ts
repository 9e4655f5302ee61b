import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keys of the embedded stack, made at its first start and readable by its owner only. */
export interface StackSecrets {
  readonly postgresPassword: string;
  readonly unleashAdminToken: string;
  readonly unleashClientToken: string;
  readonly tokenKeys: string;
  /** Plays the ad server in simulated time. */
  readonly playerKey: string;
  /** Brings in the logs of other systems. */
  readonly importerKey: string;
}

/** Reads the secrets of `home`, making them if it has none. */
export function readSecrets(home: string): StackSecrets {
  const file = join(home, 'secrets.json');
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(makeSecrets(), null, 2), { mode: 0o600 });
  return JSON.parse(readFileSync(file, 'utf8')) as StackSecrets;
}

function makeSecrets(): StackSecrets {
  const hex = (): string => randomBytes(24).toString('hex');
  return {
    postgresPassword: hex(),
    unleashAdminToken: `*:*.${hex()}`,
    unleashClientToken: `default:production.${hex()}`,
    tokenKeys: `1:${randomBytes(32).toString('base64')}`,
    playerKey: hex(),
    importerKey: hex(),
  };
}
