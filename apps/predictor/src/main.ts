import { readConfig } from '@adlift/config';
import { shutDownOnSignal } from '@adlift/telemetry';
import { engineGivesWay, threadsStartModest } from '@adlift/threads';
import { createPredictorApp } from './create-app';
import { PredictorStatus } from './health/predictor-status';
import { listen } from './listen';
import { predictorEnvironment } from './predictor-config';

/** Longest wait for flags, models and the ad catalogue at the start. */
const SETTLE_MS = 10_000;

async function main(): Promise<void> {
  engineGivesWay();
  threadsStartModest();
  const config = readConfig(predictorEnvironment, process.env);
  const app = await createPredictorApp(config);
  shutDownOnSignal(() => app.close());
  await listen(app, config);
  // A caller that waits for us shall find its models, flags and ads; one that does not is answered from a prior meanwhile.
  await app.get(PredictorStatus).whenSettled(SETTLE_MS);
  process.send?.({ ready: true });
}

main().catch((error: Error) => {
  console.error(`predictor: ${error.message}`);
  process.exit(1);
});
