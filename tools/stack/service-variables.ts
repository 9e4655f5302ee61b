import type { StackSecrets } from './secrets';
import type { StackEnvironment } from './stack-config';

/** Where the parts of a stack reach each other. */
export interface StackPlaces {
  readonly databaseUrl: string;
  readonly unleashUrl: string;
  readonly unleashAdminToken: string;
  readonly experimentsUrl: string;
  readonly predictorUrl: string;
  readonly grpcAddress: string;
  readonly edgeUrl: string;
}

type Variables = Record<string, string>;

/** Schema of the embedded Unleash on an outside PostgreSQL, where it shares the database with Adlift. */
export const UNLEASH_SCHEMA = 'unleash';

/** The addresses that follow from the environment once the database is known. */
export function stackPlaces(env: StackEnvironment, secrets: StackSecrets, databaseUrl: string): StackPlaces {
  return {
    databaseUrl,
    unleashUrl: env.UNLEASH_URL ?? `http://127.0.0.1:${env.UNLEASH_PORT}`,
    unleashAdminToken: env.UNLEASH_ADMIN_TOKEN ?? secrets.unleashAdminToken,
    experimentsUrl: `http://127.0.0.1:${env.EXPERIMENTS_PORT}`,
    predictorUrl: `http://127.0.0.1:${env.PREDICTOR_HTTP_PORT}`,
    grpcAddress: `127.0.0.1:${env.PREDICTOR_GRPC_PORT}`,
    edgeUrl: `http://127.0.0.1:${env.PREDICTOR_EDGE_PORT}`,
  };
}

/** Environment of the embedded Unleash; `shared` says that its database is Adlift's too. */
export function unleashVariables(
  env: StackEnvironment,
  secrets: StackSecrets,
  databaseUrl: string,
  shared: boolean,
): Variables {
  return {
    UNLEASH_PORT: String(env.UNLEASH_PORT),
    DATABASE_URL: databaseUrl,
    // Its migrations name tables without a schema: with public out of sight they cannot touch Adlift's.
    ...(shared ? { DATABASE_SCHEMA: UNLEASH_SCHEMA, PGOPTIONS: `-c search_path=${UNLEASH_SCHEMA}` } : {}),
    DATABASE_SSL: 'false',
    INIT_ADMIN_API_TOKENS: secrets.unleashAdminToken,
    INIT_CLIENT_API_TOKENS: secrets.unleashClientToken,
    NODE_ENV: 'production',
    CHECK_VERSION: 'false',
  };
}

/** Environment that the experiments app and the predictor have in common. */
export function sharedVariables(env: StackEnvironment, home: string, places: StackPlaces): Variables {
  return {
    ADLIFT_HOME: home,
    DATABASE_URL: places.databaseUrl,
    UNLEASH_URL: places.unleashUrl,
    TRACE_SAMPLE_RATE: String(env.TRACE_SAMPLE_RATE),
  };
}

/** Environment of the experiments app alone. */
export function experimentsVariables(env: StackEnvironment, secrets: StackSecrets, places: StackPlaces): Variables {
  return {
    EXPERIMENTS_PORT: String(env.EXPERIMENTS_PORT),
    PREDICTOR_URL: places.predictorUrl,
    PREDICTOR_KEY: secrets.operatorKey,
    ADLIFT_CREDENTIALS: stackCredentials(secrets),
    ADLIFT_PAGE_SESSION: 'true',
    REQUEST_REVIEW_MS: '1000',
    UNLEASH_ADMIN_TOKEN: places.unleashAdminToken,
  };
}

/** Environment of the predictor alone. */
export function predictorVariables(env: StackEnvironment, secrets: StackSecrets, places: StackPlaces): Variables {
  return {
    EXPERIMENTS_URL: places.experimentsUrl,
    EXPERIMENTS_KEY: secrets.operatorKey,
    PREDICTOR_HTTP_PORT: String(env.PREDICTOR_HTTP_PORT),
    PREDICTOR_GRPC_PORT: String(env.PREDICTOR_GRPC_PORT),
    UNLEASH_CLIENT_TOKEN: env.UNLEASH_CLIENT_TOKEN ?? secrets.unleashClientToken,
    UNLEASH_REFRESH_MS: '1000',
    MODEL_REFRESH_MS: '1000',
    // A development machine does other things as well; what waits for those is no overload.
    QUEUE_TARGET_MS: '1000',
    ADLIFT_TOKEN_KEYS: secrets.tokenKeys,
    PREDICTOR_EDGE_PORT: String(env.PREDICTOR_EDGE_PORT),
    ADLIFT_EDGE_KEYS: secrets.edgeKeys,
    ADLIFT_CREDENTIALS: stackCredentials(secrets),
  };
}

/** Who may call the services of the stack. */
export function stackCredentials(secrets: StackSecrets): string {
  const adServer = ['predict', 'events'];
  return JSON.stringify([
    { name: 'ad server', key: secrets.adServerKey, grants: adServer },
    { name: 'network', key: secrets.networkKey, grants: ['postback'] },
    { name: 'operator', key: secrets.operatorKey, grants: ['admin', 'metrics', 'models'] },
    { name: 'experimenter', key: secrets.experimenterKey, grants: ['experimenter'] },
    { name: 'approver', key: secrets.approverKey, grants: ['approver'] },
    { name: 'player', key: secrets.playerKey, grants: [...adServer, 'future_times', 'inject_faults'] },
    { name: 'importer', key: secrets.importerKey, grants: [...adServer, 'import'] },
  ]);
}
