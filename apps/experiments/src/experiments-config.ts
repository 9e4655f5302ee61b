import { z } from 'zod';
import { credentialsVariable, openAccessVariable, requireCredentials } from '@adlift/access';
import { databaseUrl, httpUrl, milliseconds, port } from '@adlift/config';
import { requireRetention, retentionVariables } from './retention/retention-policy';

/** The experiments app's environment. */
export const experimentsEnvironment = z
  .object({
    ADLIFT_HOST: z.string().default('127.0.0.1'),
    ADLIFT_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    EXPERIMENTS_PORT: port(3000),
    DATABASE_URL: databaseUrl,
    UNLEASH_URL: httpUrl,
    UNLEASH_ADMIN_TOKEN: z.string().min(1),
    UNLEASH_PROJECT: z.string().default('default'),
    UNLEASH_ENVIRONMENT: z.string().default('production'),
    /** Where the page asks after the predictor's health. */
    PREDICTOR_URL: httpUrl.default('http://127.0.0.1:3001'),
    /** A key of the predictor with the grant `metrics`. */
    PREDICTOR_KEY: z.string().optional(),
    /** A predictor that was silent for this long does not count as live. */
    REPLICA_LIFETIME_MS: milliseconds(15_000),
    /** How long a start waits for replicas to load the models; longer than the silence of one that has just crashed. */
    START_WAIT_MS: milliseconds(20_000),
    /** How often keys that were made or revoked elsewhere are read. */
    KEYS_REFRESH_MS: milliseconds(5000),
    /** Share of all units, percent, up to which one person may start or ramp an experiment. */
    APPROVAL_ABOVE_PERCENT: z.coerce
      .number('must be percent, 0 to 100')
      .min(0, 'must be percent, 0 to 100')
      .max(100, 'must be percent, 0 to 100')
      .default(10),
    /** How often Unleash is read back for what was changed there by hand. */
    FLAG_RECONCILE_MS: milliseconds(30_000),
    /** How often schedules, ramps and their guardrails are looked at. */
    LIFECYCLE_INTERVAL_MS: milliseconds(5000),
    /** Whether webhooks may lead to addresses that are not public. */
    WEBHOOK_ALLOW_PRIVATE: openAccessVariable,
    /** How often ads are counted for the priors of predictors. */
    AD_RATES_REFRESH_MS: milliseconds(30_000),
    /** How often the slices of an experiment are counted anew; at most a twentieth of the time goes into that. */
    SLICES_REFRESH_MS: milliseconds(300_000),
    /** How often newly logged requests are looked through: their arms, exposures and latencies. */
    REQUEST_REVIEW_MS: milliseconds(30_000),
    /** Days after its click in which a conversion counts; the predictor's tokens live as long. */
    ATTRIBUTION_WINDOW_DAYS: z.coerce
      .number('must be days, 1 to 365')
      .int('must be days, 1 to 365')
      .min(1, 'must be days, 1 to 365')
      .max(365, 'must be days, 1 to 365')
      .default(30),
    /** How often one day and one experiment are compared with their raw rows. */
    RECONCILE_INTERVAL_MS: milliseconds(3_600_000),
    /** Full days that spans are kept beside today. */
    TRACE_RETENTION_DAYS: z.coerce
      .number('must be days, 1 to 30')
      .int('must be days, 1 to 30')
      .min(1, 'must be days, 1 to 30')
      .max(30, 'must be days, 1 to 30')
      .default(3),
    ...retentionVariables,
    ADLIFT_CREDENTIALS: credentialsVariable,
    ADLIFT_OPEN_ACCESS: openAccessVariable,
    /** Whether the page may read without a key when it is opened over loopback. */
    ADLIFT_PAGE_SESSION: openAccessVariable,
  })
  .superRefine(requireCredentials)
  .superRefine(requireRetention);

export type ExperimentsEnvironment = Readonly<z.infer<typeof experimentsEnvironment>>;

/** Injection token of the frozen {@link ExperimentsEnvironment}. */
export const EXPERIMENTS_CONFIG = Symbol('EXPERIMENTS_CONFIG');
