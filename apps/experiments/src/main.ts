import { readConfig } from '@adlift/config';
import { observeEventLoop, shutDownOnSignal } from '@adlift/telemetry';
import { createExperimentsApp } from './create-app';
import { experimentsEnvironment } from './experiments-config';

async function main(): Promise<void> {
  const config = readConfig(experimentsEnvironment, process.env);
  const app = await createExperimentsApp(config);
  observeEventLoop();
  shutDownOnSignal(() => app.close());
  await app.listen(config.EXPERIMENTS_PORT, config.ADLIFT_HOST);
  process.send?.({ ready: true });
}

main().catch((error: Error & { code?: string }) => {
  const message = error.code === 'EADDRINUSE' ? `${error.message}; move the port with EXPERIMENTS_PORT` : error.message;
  console.error(`experiments: ${message}`);
  process.exit(1);
});
