import { z } from 'zod';
import { credentialsVariable, openAccessVariable, requireCredentials } from '@adlift/access';
import { amqpUrls, databaseUrl, httpUrl, milliseconds, port } from '@adlift/config';
import { parseKeyRing, type KeyRing } from '@adlift/tokens';
import { rolesVariable } from './roles';

const NO_KEYS: KeyRing = { active: 0, keys: new Map() };

function keyRing(text: string, context: z.RefinementCtx): KeyRing {
  try {
    return parseKeyRing(text);
  } catch (error) {
    context.addIssue((error as Error).message);
    return z.NEVER;
  }
}

function requireTokenKeys(
  env: { readonly ADLIFT_TOKEN_KEYS?: KeyRing | undefined; readonly ADLIFT_TOKEN_KEYS_FILE?: string | undefined },
  context: z.RefinementCtx,
): void {
  if ((env.ADLIFT_TOKEN_KEYS === undefined) !== (env.ADLIFT_TOKEN_KEYS_FILE === undefined)) return;
  const message = 'must be "id:base64,id:base64", or ADLIFT_TOKEN_KEYS_FILE must be set; one of the two';
  context.addIssue({ code: 'custom', path: ['ADLIFT_TOKEN_KEYS'], message });
}

/** The predictor's environment. */
export const predictorEnvironment = z
  .object({
    ADLIFT_HOST: z.string().default('127.0.0.1'),
    ADLIFT_HOME: z.string().default('.adlift'),
    ADLIFT_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    PREDICTOR_GRPC_PORT: port(50051),
    PREDICTOR_HTTP_PORT: port(3001),
    PREDICTOR_EDGE_PORT: port(3002),
    ADLIFT_ROLES: rolesVariable,
    DATABASE_URL: databaseUrl,
    EXPERIMENTS_URL: httpUrl.default('http://127.0.0.1:3000'),
    /** A key of the experiments app with the grant `models`. */
    EXPERIMENTS_KEY: z.string().optional(),
    UNLEASH_URL: httpUrl,
    UNLEASH_CLIENT_TOKEN: z.string().min(1),
    UNLEASH_REFRESH_MS: milliseconds(2000),
    MODEL_REFRESH_MS: milliseconds(2000),
    HEARTBEAT_MS: milliseconds(3000),
    /** How often keys that were made or revoked through the admin API are read. */
    KEYS_REFRESH_MS: milliseconds(5000),
    /** Wait for scoring from which on requests are answered more cheaply; half of a deadline where that is less. */
    QUEUE_TARGET_MS: milliseconds(25),
    /** Expected time of a run above which no more requests share it; 0 gives each request a run of its own. */
    BATCH_BUDGET_MS: z.coerce.number('must be milliseconds, 0 to 100').min(0).max(100).default(2),
    /** Share of the requests that have a row in the prediction log. */
    PREDICTION_LOG_RATE: z.coerce.number('must be 0 to 1').min(0, 'must be 0 to 1').max(1, 'must be 0 to 1').default(1),
    PRIORS_REFRESH_MS: milliseconds(60_000),
    ATTRIBUTION_WINDOW_DAYS: z.coerce.number().int().min(1).max(365).default(30),
    /** Folder of the spool; `spool` below ADLIFT_HOME by default. */
    SPOOL_DIR: z.string().min(1).optional(),
    /** The most that events, exposures and log rows may take on disk while PostgreSQL is away, MiB. */
    SPOOL_MAX_MB: z.coerce.number('must be MiB, 16 to 1048576').int().min(16).max(1_048_576).default(2048),
    /** Nodes of a RabbitMQ cluster between the spools and those with the role `writer`; without, there is none. */
    AMQP_URL: amqpUrls.optional(),
    /** Queues a stream is spread over; the same for all predictors. */
    AMQP_SHARDS: z.coerce.number('must be 1 to 64').int().min(1).max(64).default(4),
    /** Either the keys, or a file that holds them and is read again when it changes. */
    ADLIFT_TOKEN_KEYS: z
      .string()
      .optional()
      .transform((text, context) => (text === undefined ? undefined : keyRing(text, context))),
    ADLIFT_TOKEN_KEYS_FILE: z.string().optional(),
    /** Keys of ad servers that sign charges and landing URLs; without one, nothing signed is believed. */
    ADLIFT_EDGE_KEYS: z
      .string()
      .optional()
      .transform((text, context) => (text === undefined ? NO_KEYS : keyRing(text, context))),
    ADLIFT_CREDENTIALS: credentialsVariable,
    ADLIFT_OPEN_ACCESS: openAccessVariable,
  })
  .superRefine(requireCredentials)
  .superRefine(requireTokenKeys);

export type PredictorEnvironment = Readonly<z.infer<typeof predictorEnvironment>>;

/** Injection token of the frozen {@link PredictorEnvironment}. */
export const PREDICTOR_CONFIG = Symbol('PREDICTOR_CONFIG');
