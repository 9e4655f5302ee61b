import { Command } from 'commander';
import { ConfigError, readConfig } from '@adlift/config';
import { startStack } from './stack';
import { stackEnvironment } from './stack-config';
import { StackError, StackInterrupted } from './stack-error';
import { untilEnded } from './until-ended';

const command = new Command('npm start')
  .description('Starts PostgreSQL, Unleash, the experiments app and the predictor, and stays up until Ctrl-C.')
  .addHelpText(
    'after',
    `
Ports move by EXPERIMENTS_PORT (3000), PREDICTOR_HTTP_PORT (3001), PREDICTOR_GRPC_PORT (50051), PREDICTOR_EDGE_PORT
(3002), UNLEASH_PORT (4242) and POSTGRES_PORT (5433). State lives in .adlift/, ADLIFT_HOME moves it. With DATABASE_URL or UNLEASH_URL (and
UNLEASH_CLIENT_TOKEN, UNLEASH_ADMIN_TOKEN) set, those are used and the embedded ones are not started. TRACE_SAMPLE_RATE
(1) is the share of requests that are traced.`,
  )
  .action(run);

async function run(): Promise<void> {
  const started = performance.now();
  const log = (line: string): void => console.error(line);
  const ended = untilEnded();
  const stack = await startStack({ env: readConfig(stackEnvironment, process.env), log, ended });
  log(
    `Ready in ${((performance.now() - started) / 1000).toFixed(1)} s. State and logs are in ${stack.home}. Ctrl-C stops everything.`,
  );
  try {
    await Promise.race([ended, stack.died]);
    log('Stopping ...');
  } finally {
    await stack.stop();
  }
}

command.parseAsync().catch((error: Error) => {
  if (error instanceof StackInterrupted) {
    process.exitCode = 130;
    return;
  }
  console.error(error instanceof StackError || error instanceof ConfigError ? `adlift: ${error.message}` : error);
  process.exitCode = 1;
});
