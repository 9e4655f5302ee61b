import { z } from 'zod';
import { databaseUrl, httpUrl, port } from '@adlift/config';

/** The experiments app's environment. */
export const experimentsEnvironment = z.object({
  ADLIFT_HOST: z.string().default('127.0.0.1'),
  ADLIFT_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  EXPERIMENTS_PORT: port(3000),
  DATABASE_URL: databaseUrl,
  UNLEASH_URL: httpUrl,
  UNLEASH_ADMIN_TOKEN: z.string().min(1),
  UNLEASH_PROJECT: z.string().default('default'),
  UNLEASH_ENVIRONMENT: z.string().default('production'),
});

export type ExperimentsEnvironment = Readonly<z.infer<typeof experimentsEnvironment>>;

/** Injection token of the frozen {@link ExperimentsEnvironment}. */
export const EXPERIMENTS_CONFIG = Symbol('EXPERIMENTS_CONFIG');
