import { z } from 'zod';
import { AdminApi, AdServerClient, ApiError } from '@adlift/client';
import { ConfigError, httpUrl, readConfig } from '@adlift/config';
import { CliError } from './cli-error';
import type { Connection } from './connection';
import { adliftProgram } from './program';

/** Where the CLI finds services that somebody else runs. */
const cliEnvironment = z.object({
  EXPERIMENTS_URL: httpUrl,
  PREDICTOR_GRPC_ADDRESS: z
    .string()
    .regex(/^[^\s]+:\d+$/, 'must be HOST:PORT')
    .default('127.0.0.1:50051'),
  /** A key of the experiments app with the grant `admin`. */
  ADLIFT_ADMIN_KEY: z.string().optional(),
  /** A key of the predictor with `events` and `import`. */
  ADLIFT_IMPORT_KEY: z.string().optional(),
});

function connect(): Promise<Connection> {
  const env = readConfig(cliEnvironment, process.env);
  const importer = new AdServerClient(env.PREDICTOR_GRPC_ADDRESS, env.ADLIFT_IMPORT_KEY);
  return Promise.resolve({
    admin: new AdminApi(env.EXPERIMENTS_URL, env.ADLIFT_ADMIN_KEY),
    importer,
    close: () => Promise.resolve(importer.close()),
  });
}

adliftProgram(connect, process.cwd())
  .parseAsync()
  .catch((error: Error) => {
    const mendable = error instanceof CliError || error instanceof ConfigError || error instanceof ApiError;
    console.error(mendable ? `adlift: ${error.message}` : error);
    process.exitCode = 1;
  });
