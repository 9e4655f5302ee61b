import { z } from 'zod';
import { databaseUrl, httpUrl, port } from '@adlift/config';

/** The environment of the development stack. With an outside URL set, the embedded part is not even loaded. */
export const stackEnvironment = z
  .object({
    ADLIFT_HOME: z.string().default('.adlift'),
    POSTGRES_PORT: port(5433),
    UNLEASH_PORT: port(4242),
    EXPERIMENTS_PORT: port(3000),
    PREDICTOR_HTTP_PORT: port(3001),
    PREDICTOR_GRPC_PORT: port(50051),
    DATABASE_URL: databaseUrl.optional(),
    UNLEASH_URL: httpUrl.optional(),
    UNLEASH_CLIENT_TOKEN: z.string().min(1).optional(),
    UNLEASH_ADMIN_TOKEN: z.string().min(1).optional(),
  })
  .superRefine((env, context) => {
    if (env.UNLEASH_URL === undefined) return;
    for (const name of ['UNLEASH_CLIENT_TOKEN', 'UNLEASH_ADMIN_TOKEN'] as const) {
      if (env[name] === undefined)
        context.addIssue({ code: 'custom', path: [name], message: 'must be set together with UNLEASH_URL' });
    }
  });

export type StackEnvironment = Readonly<z.infer<typeof stackEnvironment>>;
