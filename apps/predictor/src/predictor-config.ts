import { z } from 'zod';
import { databaseUrl, httpUrl, milliseconds, port } from '@adlift/config';
import { parseKeyRing, type KeyRing } from '@adlift/tokens';

/** What a credential may do beyond predicting and reporting events. */
const grant = z.enum(['import', 'future_times', 'inject_faults']);

const credential = z.strictObject({ name: z.string().min(1), key: z.string().min(16), grants: z.array(grant) });

export type Grant = z.infer<typeof grant>;
export type Credential = z.infer<typeof credential>;

/** The predictor's environment. */
export const predictorEnvironment = z.object({
  ADLIFT_HOST: z.string().default('127.0.0.1'),
  ADLIFT_HOME: z.string().default('.adlift'),
  ADLIFT_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  PREDICTOR_GRPC_PORT: port(50051),
  PREDICTOR_HTTP_PORT: port(3001),
  DATABASE_URL: databaseUrl,
  EXPERIMENTS_URL: httpUrl.default('http://127.0.0.1:3000'),
  UNLEASH_URL: httpUrl,
  UNLEASH_CLIENT_TOKEN: z.string().min(1),
  UNLEASH_REFRESH_MS: milliseconds(2000),
  MODEL_REFRESH_MS: milliseconds(2000),
  HEARTBEAT_MS: milliseconds(3000),
  /** Wait for scoring from which on requests are answered more cheaply; half of a deadline where that is less. */
  QUEUE_TARGET_MS: milliseconds(25),
  /** Expected time of a run above which no more requests share it; 0 gives each request a run of its own. */
  BATCH_BUDGET_MS: z.coerce.number('must be milliseconds, 0 to 100').min(0).max(100).default(2),
  PRIORS_REFRESH_MS: milliseconds(60_000),
  ATTRIBUTION_WINDOW_DAYS: z.coerce.number().int().min(1).max(365).default(30),
  /** Folder of the spool; `spool` below ADLIFT_HOME by default. */
  SPOOL_DIR: z.string().min(1).optional(),
  /** The most that events, exposures and log rows may take on disk while PostgreSQL is away, MiB. */
  SPOOL_MAX_MB: z.coerce.number('must be MiB, 8 to 1048576').int().min(8).max(1_048_576).default(2048),
  ADLIFT_TOKEN_KEYS: z.string().transform((text, context): KeyRing => {
    try {
      return parseKeyRing(text);
    } catch (error) {
      context.addIssue((error as Error).message);
      return z.NEVER;
    }
  }),
  ADLIFT_CREDENTIALS: z
    .string()
    .default('[]')
    .transform((text, context): Credential[] => {
      try {
        return z.array(credential).parse(JSON.parse(text));
      } catch {
        context.addIssue(
          'must be JSON: [{"name", "key" (16 characters or more), "grants": ["import" | "future_times" | "inject_faults"]}]',
        );
        return z.NEVER;
      }
    }),
});

export type PredictorEnvironment = Readonly<z.infer<typeof predictorEnvironment>>;

/** Injection token of the frozen {@link PredictorEnvironment}. */
export const PREDICTOR_CONFIG = Symbol('PREDICTOR_CONFIG');
