import { accessSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureDatabase, startEmbeddedPostgres, type RunningPostgres } from './embedded-postgres';
import { requireFreePort } from './free-port';
import { noteRunning, noteStopped, type RunningStack } from './running-stack';
import { readSecrets, type StackSecrets } from './secrets';
import { ServiceProcess } from './service-process';
import type { StackEnvironment } from './stack-config';
import { StackError } from './stack-error';

export interface StackOptions {
  readonly env: StackEnvironment;
  /** One line of progress. */
  readonly log: (line: string) => void;
  /** Further environment of the predictor and the experiments app. */
  readonly serviceEnv?: Readonly<Record<string, string>>;
}

const DIST = join(__dirname, '..', '..');
const ROOT = join(DIST, '..');

/**
 * Starts PostgreSQL, Unleash, the experiments app and the predictor, in the order in which they need each other.
 * Throws StackError saying what to do; whatever was started by then is stopped again.
 */
export async function startStack({ env, log, serviceEnv = {} }: StackOptions): Promise<RunningStack> {
  const home = prepareHome(env.ADLIFT_HOME);
  const secrets = readSecrets(home);
  const started: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    noteStopped(home);
    for (const part of started.splice(0).reverse()) await part.stop();
  };
  let reportDeath: (error: StackError) => void = () => undefined;
  const died = new Promise<never>((_resolve, reject) => (reportDeath = reject));
  died.catch(() => undefined);
  const service = (name: string, args: string[], variables: Record<string, string>): ServiceProcess => {
    const process = new ServiceProcess({
      name,
      args,
      cwd: ROOT,
      env: variables,
      logFile: join(home, 'logs', `${name}.log`),
      onDeath: (error) => reportDeath(error),
    });
    started.push(process);
    return process;
  };

  try {
    await requireFreePort(env.EXPERIMENTS_PORT, 'EXPERIMENTS_PORT', 'the experiments app');
    await requireFreePort(env.PREDICTOR_HTTP_PORT, 'PREDICTOR_HTTP_PORT', "the predictor's HTTP API");
    await requireFreePort(env.PREDICTOR_GRPC_PORT, 'PREDICTOR_GRPC_PORT', "the predictor's gRPC API");
    if (env.UNLEASH_URL === undefined) await requireFreePort(env.UNLEASH_PORT, 'UNLEASH_PORT', 'Unleash');

    const postgres = await postgresOf(env, home, secrets, log);
    if (postgres !== undefined) started.push(postgres);
    const databaseUrl = env.DATABASE_URL ?? (postgres as RunningPostgres).url('adlift');
    log(`PostgreSQL   ${redacted(databaseUrl)}`);

    const unleashUrl = env.UNLEASH_URL ?? `http://127.0.0.1:${env.UNLEASH_PORT}`;
    const unleashAdminToken = env.UNLEASH_ADMIN_TOKEN ?? secrets.unleashAdminToken;
    const unleash =
      env.UNLEASH_URL === undefined
        ? service(
            'unleash',
            [join(DIST, 'tools', 'stack', 'unleash-main.js')],
            unleashVariables(env, secrets, postgres, databaseUrl),
          )
        : undefined;
    const shared = {
      ADLIFT_HOME: home,
      DATABASE_URL: databaseUrl,
      UNLEASH_URL: unleashUrl,
      TRACE_SAMPLE_RATE: '1',
      ...serviceEnv,
    };
    const experimentsUrl = `http://127.0.0.1:${env.EXPERIMENTS_PORT}`;
    const experiments = service('experiments', appArguments('experiments'), {
      ...shared,
      EXPERIMENTS_PORT: String(env.EXPERIMENTS_PORT),
      PREDICTOR_URL: `http://127.0.0.1:${env.PREDICTOR_HTTP_PORT}`,
      UNLEASH_ADMIN_TOKEN: unleashAdminToken,
    });
    await Promise.all([unleash?.whenReady(), experiments.whenReady()]);
    log(`Unleash      ${unleashUrl}`);
    log(`experiments  ${experimentsUrl}`);

    const predictor = service('predictor', appArguments('predictor'), {
      ...shared,
      EXPERIMENTS_URL: experimentsUrl,
      PREDICTOR_HTTP_PORT: String(env.PREDICTOR_HTTP_PORT),
      PREDICTOR_GRPC_PORT: String(env.PREDICTOR_GRPC_PORT),
      UNLEASH_CLIENT_TOKEN: env.UNLEASH_CLIENT_TOKEN ?? secrets.unleashClientToken,
      UNLEASH_REFRESH_MS: '1000',
      MODEL_REFRESH_MS: '1000',
      ADLIFT_TOKEN_KEYS: secrets.tokenKeys,
      ADLIFT_CREDENTIALS: JSON.stringify(credentials(secrets)),
    });
    await predictor.whenReady();
    const predictorUrl = `http://127.0.0.1:${env.PREDICTOR_HTTP_PORT}`;
    const grpcAddress = `127.0.0.1:${env.PREDICTOR_GRPC_PORT}`;
    log(`predictor    ${predictorUrl} and gRPC ${grpcAddress}`);
    const stack = {
      home,
      databaseUrl,
      unleashUrl,
      unleashAdminToken,
      experimentsUrl,
      predictorUrl,
      grpcAddress,
      secrets,
      died,
      stop,
    };
    noteRunning(stack);
    return stack;
  } catch (error) {
    await stop();
    throw error;
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

async function postgresOf(
  env: StackEnvironment,
  home: string,
  secrets: StackSecrets,
  log: (line: string) => void,
): Promise<RunningPostgres | undefined> {
  if (env.DATABASE_URL !== undefined && env.UNLEASH_URL !== undefined) return undefined;
  if (env.DATABASE_URL !== undefined) return undefined;
  const postgres = await startEmbeddedPostgres({
    home,
    port: env.POSTGRES_PORT,
    password: secrets.postgresPassword,
    log,
  });
  await ensureDatabase(postgres, 'adlift');
  await ensureDatabase(postgres, 'unleash');
  return postgres;
}

function unleashVariables(
  env: StackEnvironment,
  secrets: StackSecrets,
  postgres: RunningPostgres | undefined,
  databaseUrl: string,
): Record<string, string> {
  return {
    UNLEASH_PORT: String(env.UNLEASH_PORT),
    // On an outside PostgreSQL the embedded Unleash keeps to a schema of its own.
    DATABASE_URL: postgres?.url('unleash') ?? databaseUrl,
    ...(postgres === undefined ? { DATABASE_SCHEMA: 'unleash' } : {}),
    DATABASE_SSL: 'false',
    INIT_ADMIN_API_TOKENS: secrets.unleashAdminToken,
    INIT_CLIENT_API_TOKENS: secrets.unleashClientToken,
    NODE_ENV: 'production',
    CHECK_VERSION: 'false',
  };
}

function appArguments(app: string): string[] {
  const built = join(DIST, 'apps', app, 'src');
  return ['--require', join(built, 'instrumentation.js'), join(built, 'main.js')];
}

function credentials(secrets: StackSecrets): unknown[] {
  return [
    { name: 'player', key: secrets.playerKey, grants: ['future_times', 'inject_faults'] },
    { name: 'importer', key: secrets.importerKey, grants: ['import'] },
  ];
}

function redacted(url: string): string {
  return url.replace(/:[^:@/]*@/, ':***@');
}
