import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminApi } from '@adlift/client';
import { readConfig } from '@adlift/config';
import { freePorts } from '../../tools/stack/free-ports';
import { demoPeople } from '../../tools/demo/demo-experiment';
import { startStack } from '../../tools/stack/stack';
import { stackEnvironment } from '../../tools/stack/stack-config';
import type { RunningStack } from '../../tools/stack/running-stack';
import { untilEnded } from '../../tools/stack/until-ended';
import { LoadGenerator } from '../load/load-generator';
import { makeBenchModel, type BenchModel } from '../model/bench-bundle';
import { SERVER_CORE } from './processor';
import { yieldToOthers } from './scheduling';
import { predictorStatus } from './predictor-status';
import { SecondPredictor } from './second-predictor';

const PORTS = [
  'POSTGRES_PORT',
  'UNLEASH_PORT',
  'EXPERIMENTS_PORT',
  'PREDICTOR_HTTP_PORT',
  'PREDICTOR_GRPC_PORT',
  'PREDICTOR_EDGE_PORT',
];
const READY_MS = 60_000;
const POLL_MS = 50;
const INTERRUPTED = 130;

/** The whole product with the benchmark's model in a running experiment; the predictor has a processor of its own. */
export class BenchStack {
  private constructor(
    readonly stack: RunningStack,
    readonly model: BenchModel,
    /** The model as an ONNX file, for contestants. */
    readonly onnxFile: string,
    readonly admin: AdminApi,
  ) {}

  /** With the benchmark's model as champion and in both arms of a running experiment; all else gives way to the load. */
  static async start(log: (line: string) => void): Promise<BenchStack> {
    const bench = await BenchStack.startEmpty(log);
    try {
      await bench.prepare();
      // PostgreSQL, Unleash and the experiments app share a processor with the generator, which must not wait for them.
      yieldToOthers(bench.stack.predictorPid);
      return bench;
    } catch (error) {
      await bench.stop();
      throw error;
    }
  }

  /** Without a registered model; traces are sampled at 1 % as by default. */
  static async startEmpty(log: (line: string) => void): Promise<BenchStack> {
    const home = mkdtempSync(join(tmpdir(), 'adlift-bench-'));
    // Under root the embedded PostgreSQL runs as another user.
    chmodSync(home, 0o755);
    const free = await freePorts(PORTS.length);
    const ports = Object.fromEntries(PORTS.map((name, i) => [name, String(free[i])]));
    const env = readConfig(stackEnvironment, { ADLIFT_HOME: home, TRACE_SAMPLE_RATE: '0.01', ...ports });
    log('making the model (104 MB) ...');
    const model = await makeBenchModel('1');
    const onnxFile = join(home, 'model.onnx');
    writeFileSync(onnxFile, model.onnx);
    log('starting the stack, the predictor on a processor of its own ...');
    const ended = untilEnded();
    const stack = await startStack({
      env,
      log: () => undefined,
      ended,
      serviceEnv: { QUEUE_TARGET_MS: '25' },
      predictorCore: SERVER_CORE,
    });
    const bench = new BenchStack(stack, model, onnxFile, new AdminApi(stack.experimentsUrl, stack.secrets.operatorKey));
    // PostgreSQL outlives a launcher that does not stop it.
    void ended.then(() => bench.stop()).finally(() => process.exit(INTERRUPTED));
    return bench;
  }

  /** Another predictor of the same stack on the same processor, with a changed environment; it idles until asked. */
  async secondPredictor(changes: Readonly<Record<string, string>>): Promise<SecondPredictor> {
    const second = await SecondPredictor.start(this.stack, changes);
    await this.until(async () => (await second.loaded()).includes(this.model.reference));
    return second;
  }

  /** A process that sends requests of `n` candidates to the predictor, or to another one of this stack. */
  load(n: number, prefix: string, address = this.stack.grpcAddress): Promise<LoadGenerator> {
    return LoadGenerator.start({ address, key: this.stack.secrets.adServerKey, prefix, n, onnxFile: this.onnxFile });
  }

  /** The predictor's state as `GET /v1/status` tells it. */
  async status(): Promise<{
    models: { loaded: { reference: string; generation: number }[] };
    flags: { experiments: { recorded: boolean }[] };
  }> {
    return (await predictorStatus(this.stack.predictorUrl, this.stack.secrets)) as Awaited<
      ReturnType<BenchStack['status']>
    >;
  }

  async stop(): Promise<void> {
    await this.stack.stop();
    rmSync(this.stack.home, { recursive: true, force: true });
  }

  /** Waits until the predictor serves all of these, by "name@version". */
  serves(references: readonly string[]): Promise<void> {
    return this.until(async () => {
      const { models } = await this.status();
      const loaded = new Set(models.loaded.map(({ reference }) => reference));
      return references.every((reference) => loaded.has(reference));
    });
  }

  /** Has the predictor verify and load the model anew, and waits until that one serves. */
  async reload(): Promise<void> {
    const { name, version } = this.model.bundle.manifest;
    const { generation } = await this.admin.requestModel('reload', name, version);
    await this.until(async () =>
      (await this.status()).models.loaded.some(
        (one) => one.reference === this.model.reference && one.generation >= generation,
      ),
    );
  }

  private async prepare(): Promise<void> {
    await this.admin.publishModel(this.model.bundle, 'champion');
    await this.serves([this.model.reference]);
    const variant = { weight: 50, explore: 0.02, ctr: this.model.reference };
    await this.admin.createExperiment({
      key: 'bench',
      description: 'Both arms have the same model: the benches measure what an experiment costs',
      design: {
        currency: 'EUR',
        goal: 'rpm',
        rollout: 100,
        alpha: 0.05,
        plannedUnits: 1_000_000,
        variants: [
          { name: 'a', control: true, ...variant },
          { name: 'b', control: false, ...variant },
        ],
      },
    });
    await demoPeople(this.stack).approver.approveExperiment('bench');
    await this.admin.startExperiment('bench');
    await this.until(async () => (await this.status()).flags.experiments.some(({ recorded }) => recorded));
  }

  private async until(condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + READY_MS;
    while (!(await condition())) {
      if (Date.now() > deadline) throw new Error(`the stack was not ready within ${READY_MS / 1000} s, see its logs`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}
