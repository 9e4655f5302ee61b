import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EdgeServer } from './edge/edge-server';
import { GrpcServer } from './grpc/grpc-server';
import type { PredictorEnvironment } from './predictor-config';

/**
 * Opens the ports of the process's roles; HTTP with health and metrics always. Rejects naming the variable of a port
 * that is in use.
 */
export async function listen(app: NestFastifyApplication, config: PredictorEnvironment): Promise<void> {
  const { ADLIFT_ROLES: roles } = config;
  await opening('PREDICTOR_HTTP_PORT', config, () => app.listen(config.PREDICTOR_HTTP_PORT, config.ADLIFT_HOST));
  if (roles.has('predict') || roles.has('events'))
    await opening('PREDICTOR_GRPC_PORT', config, () => app.get(GrpcServer).listen());
  if (roles.has('edge')) await opening('PREDICTOR_EDGE_PORT', config, () => app.get(EdgeServer).listen());
}

type PortVariable = 'PREDICTOR_HTTP_PORT' | 'PREDICTOR_GRPC_PORT' | 'PREDICTOR_EDGE_PORT';

async function opening(
  variable: PortVariable,
  config: PredictorEnvironment,
  open: () => Promise<unknown>,
): Promise<void> {
  try {
    await open();
  } catch (error) {
    if (!`${(error as { code?: string }).code} ${(error as Error).message}`.includes('EADDRINUSE')) throw error;
    throw new Error(`port ${config[variable]} is in use; move it with ${variable}`, { cause: error });
  }
}
