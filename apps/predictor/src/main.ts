import { readConfig } from '@adlift/config';
import { shutDownOnSignal } from '@adlift/telemetry';
import { createPredictorApp } from './create-app';
import { GrpcServer } from './grpc/grpc-server';
import { PredictorStatus } from './health/predictor-status';
import { predictorEnvironment } from './predictor-config';

/** Longest wait for flags, models and the ad catalogue at the start. */
const SETTLE_MS = 10_000;

async function main(): Promise<void> {
  const config = readConfig(predictorEnvironment, process.env);
  const app = await createPredictorApp(config);
  shutDownOnSignal(() => app.close());
  await app.listen(config.PREDICTOR_HTTP_PORT, config.ADLIFT_HOST);
  await app.get(GrpcServer).listen();
  // A caller that waits for us shall find its models, flags and ads; one that does not is answered from a prior meanwhile.
  await app.get(PredictorStatus).whenSettled(SETTLE_MS);
  process.send?.({ ready: true });
}

main().catch((error: Error & { code?: string }) => {
  const inUse = error.code === 'EADDRINUSE' || error.message.includes('EADDRINUSE');
  console.error(
    `predictor: ${error.message}${inUse ? '; move the port with PREDICTOR_HTTP_PORT or PREDICTOR_GRPC_PORT' : ''}`,
  );
  process.exit(1);
});
