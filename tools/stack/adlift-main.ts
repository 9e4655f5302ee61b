import { AdminApi, AdServerClient, ApiError } from '@adlift/client';
import { ConfigError, readConfig } from '@adlift/config';
import { CliError } from '../../apps/cli/src/cli-error';
import type { Connection } from '../../apps/cli/src/connection';
import { adliftProgram } from '../../apps/cli/src/program';
import { findRunningStack } from './running-stack';
import { startStack } from './stack';
import { stackEnvironment } from './stack-config';
import { StackError } from './stack-error';

/** The CLI on the embedded stack: the one that is up, or one that is started for the time of the command. */
async function connect(): Promise<Connection> {
  const env = readConfig(stackEnvironment, process.env);
  const stack =
    (await findRunningStack(env.ADLIFT_HOME)) ?? (await startStack({ env, log: (line) => console.error(line) }));
  const importer = new AdServerClient(stack.grpcAddress, stack.secrets.importerKey);
  return {
    admin: new AdminApi(stack.experimentsUrl),
    importer,
    close: async () => {
      importer.close();
      await stack.stop();
    },
  };
}

adliftProgram(connect)
  .name('npm run -s adlift --')
  .parseAsync()
  .catch((error: Error) => {
    const mendable = [CliError, ConfigError, ApiError, StackError].some((kind) => error instanceof kind);
    console.error(mendable ? `adlift: ${error.message}` : error);
    process.exitCode = 1;
  });
