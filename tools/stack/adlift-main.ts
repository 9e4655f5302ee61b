import { AdminApi, AdServerClient, ApiError } from '@adlift/client';
import { ConfigError, readConfig } from '@adlift/config';
import { CliError } from '../../apps/cli/src/cli-error';
import type { Connection } from '../../apps/cli/src/connection';
import { adliftProgram } from '../../apps/cli/src/program';
import { findRunningStack, type RunningStack } from './running-stack';
import { startStack } from './stack';
import { stackEnvironment, type StackEnvironment } from './stack-config';
import { StackError, StackInterrupted } from './stack-error';
import { untilEnded } from './until-ended';

/** The CLI on the embedded stack: the one that is up, or one that is started for the time of the command. */
async function connect(): Promise<Connection> {
  const env = readConfig(stackEnvironment, process.env);
  const stack = (await findRunningStack(env.ADLIFT_HOME)) ?? (await startOwnStack(env));
  const importer = new AdServerClient(stack.grpcAddress, stack.secrets.importerKey);
  return {
    admin: new AdminApi(stack.experimentsUrl, stack.secrets.operatorKey),
    importer,
    close: async () => {
      importer.close();
      await stack.stop();
    },
  };
}

async function startOwnStack(env: StackEnvironment): Promise<RunningStack> {
  const ended = untilEnded();
  const stack = await startStack({ env, ended, log: (line) => console.error(line) });
  void ended.then(() => stack.stop()).finally(() => process.exit(130));
  return stack;
}

// npm runs its scripts in the project's folder, whatever folder the user is in.
adliftProgram(connect, process.env['INIT_CWD'] ?? process.cwd())
  .name('npm run -s adlift --')
  .parseAsync()
  .catch((error: Error) => {
    if (error instanceof StackInterrupted) {
      process.exitCode = 130;
      return;
    }
    const mendable = [CliError, ConfigError, ApiError, StackError].some((kind) => error instanceof kind);
    console.error(mendable ? `adlift: ${error.message}` : error);
    process.exitCode = 1;
  });
