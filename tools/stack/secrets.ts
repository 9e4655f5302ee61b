import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keys of the embedded stack, made at its first start and readable by its owner only. */
export interface StackSecrets {
  readonly postgresPassword: string;
  readonly unleashAdminToken: string;
  readonly unleashClientToken: string;
  readonly tokenKeys: string;
  readonly edgeKeys: string;
  /** Plays the ad server in simulated time. */
  readonly playerKey: string;
  /** Brings in the logs of other systems. */
  readonly importerKey: string;
  /** An ad server: predicts and reports events. */
  readonly adServerKey: string;
  /** An ad network's conversions. */
  readonly networkKey: string;
  /** Runs experiments and reads metrics; also how the services of the stack call each other. */
  readonly operatorKey: string;
  /** Makes and starts experiments, up to a share of the traffic. */
  readonly experimenterKey: string;
  /** Agrees to more than that. */
  readonly approverKey: string;
}

/** Reads the secrets of `home`, making those that it lacks: an older version made fewer. */
export function readSecrets(home: string): StackSecrets {
  const file = join(home, 'secrets.json');
  const found = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<StackSecrets>) : {};
  const secrets = { ...makeSecrets(), ...found };
  if (Object.keys(secrets).length > Object.keys(found).length)
    writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}

/** Writes the keys that a person needs as shell variables, for `. FILE` before a curl; gives the file. */
export function writeShellKeys(home: string, secrets: StackSecrets): string {
  const file = join(home, 'keys.env');
  const variables = {
    AD_SERVER_KEY: secrets.adServerKey,
    NETWORK_KEY: secrets.networkKey,
    OPERATOR_KEY: secrets.operatorKey,
    EXPERIMENTER_KEY: secrets.experimenterKey,
    APPROVER_KEY: secrets.approverKey,
    EDGE_KEYS: secrets.edgeKeys,
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(''), { mode: 0o600 });
  return file;
}

function makeSecrets(): StackSecrets {
  const hex = (): string => randomBytes(24).toString('hex');
  return {
    postgresPassword: hex(),
    unleashAdminToken: `*:*.${hex()}`,
    unleashClientToken: `default:production.${hex()}`,
    tokenKeys: `1:${randomBytes(32).toString('base64')}`,
    edgeKeys: `1:${randomBytes(32).toString('base64')}`,
    playerKey: hex(),
    importerKey: hex(),
    adServerKey: hex(),
    networkKey: hex(),
    operatorKey: hex(),
    experimenterKey: hex(),
    approverKey: hex(),
  };
}
