import { join } from 'node:path';
import type { RunningStack } from '../../tools/stack/running-stack';
import { ServiceProcess } from '../../tools/stack/service-process';
import { predictorVariables, sharedVariables } from '../../tools/stack/service-variables';
import { stackEnvironment } from '../../tools/stack/stack-config';
import { appArguments } from '../../tools/stack/app-arguments';
import { freePorts } from '../../tools/stack/free-ports';
import { predictorStatus } from './predictor-status';
import type { StackSecrets } from '../../tools/stack/secrets';
import { SERVER_CORE } from './processor';

const DIST = join(__dirname, '..', '..');

/** A predictor beside that of the stack, on the same processor. */
export class SecondPredictor {
  private constructor(
    private readonly process: ServiceProcess,
    private readonly url: string,
    readonly grpcAddress: string,
    private readonly secrets: StackSecrets,
  ) {}

  static async start(stack: RunningStack, changes: Readonly<Record<string, string>>): Promise<SecondPredictor> {
    const [http = 0, grpc = 0, edge = 0] = await freePorts(3);
    const env = stackEnvironment.parse({
      ADLIFT_HOME: stack.home,
      PREDICTOR_HTTP_PORT: http,
      PREDICTOR_GRPC_PORT: grpc,
      PREDICTOR_EDGE_PORT: edge,
      TRACE_SAMPLE_RATE: '0.01',
    });
    const process = new ServiceProcess({
      name: 'second predictor',
      args: appArguments('predictor', changes['ADLIFT_ROLES']),
      env: {
        ...sharedVariables(env, join(stack.home, 'second'), stack),
        ...predictorVariables(env, stack.secrets, stack),
        QUEUE_TARGET_MS: '25',
        ...changes,
      },
      cwd: join(DIST, '..'),
      logFile: join(stack.home, 'logs', 'second-predictor.log'),
      core: SERVER_CORE,
      onDeath: () => undefined,
    });
    await process.whenReady();
    return new SecondPredictor(process, `http://127.0.0.1:${http}`, `127.0.0.1:${grpc}`, stack.secrets);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** References of the models that it serves. */
  async loaded(): Promise<string[]> {
    const { models } = (await predictorStatus(this.url, this.secrets)) as {
      models: { loaded: { reference: string }[] };
    };
    return models.loaded.map(({ reference }) => reference);
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}
