import { z } from 'zod';
import { databaseUrl, httpUrl, port } from '@adlift/config';

/** The ports, with the variable that makes the service behind a port an outside one. */
const PORTS = [
  { name: 'EXPERIMENTS_PORT', outside: undefined },
  { name: 'PREDICTOR_HTTP_PORT', outside: undefined },
  { name: 'PREDICTOR_GRPC_PORT', outside: undefined },
  { name: 'PREDICTOR_EDGE_PORT', outside: undefined },
  { name: 'UNLEASH_PORT', outside: 'UNLEASH_URL' },
  { name: 'POSTGRES_PORT', outside: 'DATABASE_URL' },
] as const;

/** The environment of the development stack. With an outside URL set, the embedded part is not even loaded. */
export const stackEnvironment = z
  .object({
    ADLIFT_HOME: z.string().default('.adlift'),
    POSTGRES_PORT: port(5433),
    UNLEASH_PORT: port(4242),
    EXPERIMENTS_PORT: port(3000),
    PREDICTOR_HTTP_PORT: port(3001),
    PREDICTOR_GRPC_PORT: port(50051),
    PREDICTOR_EDGE_PORT: port(3002),
    TRACE_SAMPLE_RATE: z.coerce.number('must be 0 to 1').min(0, 'must be 0 to 1').max(1, 'must be 0 to 1').default(1),
    DATABASE_URL: databaseUrl.optional(),
    UNLEASH_URL: httpUrl.optional(),
    UNLEASH_CLIENT_TOKEN: z.string().min(1).optional(),
    UNLEASH_ADMIN_TOKEN: z.string().min(1).optional(),
  })
  .superRefine((env, context) => {
    const owners = new Map<number, string>();
    for (const { name, outside } of PORTS) {
      if (outside !== undefined && env[outside] !== undefined) continue;
      const owner = owners.get(env[name]);
      if (owner === undefined) owners.set(env[name], name);
      else
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `its port ${env[name]} is also that of ${owner}; they must differ`,
        });
    }
    if (env.UNLEASH_URL === undefined) return;
    for (const name of ['UNLEASH_CLIENT_TOKEN', 'UNLEASH_ADMIN_TOKEN'] as const) {
      if (env[name] === undefined)
        context.addIssue({ code: 'custom', path: [name], message: 'must be set together with UNLEASH_URL' });
    }
  });

export type StackEnvironment = Readonly<z.infer<typeof stackEnvironment>>;
