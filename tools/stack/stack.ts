import { accessSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { appArguments } from './app-arguments';
import { ensureSchema } from './databases';
import { ensureDatabase, startEmbeddedPostgres } from './embedded-postgres';
import { requireFreePort } from './free-port';
import { lockHome } from './launcher-lock';
import { noteRunning, type RunningStack } from './running-stack';
import { readSecrets, writeShellKeys, type StackSecrets } from './secrets';
import type { ServiceProcess } from './service-process';
import {
  experimentsVariables,
  predictorVariables,
  sharedVariables,
  stackPlaces,
  type StackPlaces,
  UNLEASH_SCHEMA,
  unleashVariables,
} from './service-variables';
import type { StackEnvironment } from './stack-config';
import { StackError } from './stack-error';
import { StackParts } from './stack-parts';

export interface StackOptions {
  readonly env: StackEnvironment;
  /** One line of progress. */
  readonly log: (line: string) => void;
  /** Resolves when the user wants to leave; a boot under way is given up then. */
  readonly ended: Promise<unknown>;
  /** Further environment of the predictor and the experiments app. */
  readonly serviceEnv?: Readonly<Record<string, string>>;
  /** Processor that the predictor is to run on alone; anywhere by default. */
  readonly predictorCore?: number;
}

/** A boot under way. */
interface Boot extends StackOptions {
  readonly home: string;
  readonly secrets: StackSecrets;
  readonly parts: StackParts;
}

const DIST = join(__dirname, '..', '..');
const ROOT = join(DIST, '..');

/**
 * Starts PostgreSQL, Unleash, the experiments app and the predictor, in the order in which they need each other.
 * Throws StackError saying what to do, or StackInterrupted; whatever was started by then is stopped again.
 */
export async function startStack(options: StackOptions): Promise<RunningStack> {
  const home = prepareHome(options.env.ADLIFT_HOME);
  const parts = new StackParts(home, lockHome(home), options.ended);
  try {
    const boot = { ...options, home, parts, secrets: readSecrets(home) };
    await requireFreePorts(options.env);
    const databases = await startDatabases(boot);
    const places = await startServices(boot, databases);
    const stack = { home, ...places, secrets: boot.secrets, died: parts.died, stop: () => parts.stop() };
    noteRunning(stack);
    return stack;
  } catch (error) {
    await parts.stop();
    throw parts.cause(error);
  }
}

function prepareHome(folder: string): string {
  const home = resolve(ROOT, folder);
  try {
    mkdirSync(join(home, 'logs'), { recursive: true });
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new StackError(
      `the state folder ${home} cannot be used: ${(error as Error).message}. Choose another one with ADLIFT_HOME=FOLDER`,
    );
  }
  return home;
}

async function requireFreePorts(env: StackEnvironment): Promise<void> {
  await requireFreePort(env.EXPERIMENTS_PORT, 'EXPERIMENTS_PORT', 'the experiments app');
  await requireFreePort(env.PREDICTOR_HTTP_PORT, 'PREDICTOR_HTTP_PORT', "the predictor's HTTP API");
  await requireFreePort(env.PREDICTOR_GRPC_PORT, 'PREDICTOR_GRPC_PORT', "the predictor's gRPC API");
  await requireFreePort(env.PREDICTOR_EDGE_PORT, 'PREDICTOR_EDGE_PORT', "the predictor's pixels and redirects");
  if (env.UNLEASH_URL === undefined) await requireFreePort(env.UNLEASH_PORT, 'UNLEASH_PORT', 'Unleash');
}

/** URLs of Adlift's and of the embedded Unleash's database, which on an outside PostgreSQL are the same. */
async function startDatabases({ env, home, secrets, log, parts }: Boot): Promise<{ adlift: string; unleash: string }> {
  if (env.DATABASE_URL !== undefined) {
    if (env.UNLEASH_URL === undefined) await prepareOutsideDatabase(env.DATABASE_URL);
    return { adlift: env.DATABASE_URL, unleash: env.DATABASE_URL };
  }
  const postgres = await startEmbeddedPostgres({
    home,
    port: env.POSTGRES_PORT,
    password: secrets.postgresPassword,
    log,
    onDeath: parts.reportDeath,
  });
  parts.add(postgres);
  await parts.wait(ensureDatabase(postgres, 'adlift'));
  await parts.wait(ensureDatabase(postgres, 'unleash'));
  return { adlift: postgres.url('adlift'), unleash: postgres.url('unleash') };
}

async function prepareOutsideDatabase(url: string): Promise<void> {
  try {
    await ensureSchema(url, UNLEASH_SCHEMA);
  } catch (error) {
    throw new StackError(
      `the embedded Unleash cannot have its schema "${UNLEASH_SCHEMA}" in the database of DATABASE_URL: ${(error as Error).message}`,
    );
  }
}

async function startServices(
  boot: Boot,
  databases: { adlift: string; unleash: string },
): Promise<StackPlaces & { predictorPid: number }> {
  const { env, secrets, log, parts } = boot;
  const places = stackPlaces(env, secrets, databases.adlift);
  const shared = { ...sharedVariables(env, boot.home, places), ...boot.serviceEnv };
  log(`PostgreSQL   ${redacted(databases.adlift)}`);

  const first: ServiceProcess[] = [];
  if (env.UNLEASH_URL === undefined) {
    const variables = unleashVariables(env, secrets, databases.unleash, databases.unleash === databases.adlift);
    first.push(service(boot, 'unleash', [join(DIST, 'tools', 'stack', 'unleash-main.js')], variables));
  }
  const experiments = { ...shared, ...experimentsVariables(env, secrets, places) };
  first.push(service(boot, 'experiments', appArguments('experiments'), experiments));
  await parts.wait(Promise.all(first.map((process) => process.whenReady())));
  log(`Unleash      ${places.unleashUrl}`);
  log(`experiments  ${places.experimentsUrl}`);

  const predictor = { ...shared, ...predictorVariables(env, secrets, places), ...boot.serviceEnv };
  const process = service(boot, 'predictor', appArguments('predictor'), predictor, boot.predictorCore);
  await parts.wait(process.whenReady());
  log(`predictor    ${places.predictorUrl} and gRPC ${places.grpcAddress}`);
  log(`edge         ${places.edgeUrl}`);
  log(`keys         ${writeShellKeys(boot.home, secrets)}`);
  return { ...places, predictorPid: process.pid ?? 0 };
}

function service(boot: Boot, name: string, args: string[], env: Record<string, string>, core?: number): ServiceProcess {
  const logFile = join(boot.home, 'logs', `${name}.log`);
  return boot.parts.service({ name, args, env, cwd: ROOT, logFile, ...(core === undefined ? {} : { core }) });
}

function redacted(url: string): string {
  return url.replace(/:[^:@/]*@/, ':***@');
}
