import { join } from 'node:path';
import { Contestant } from '../harness/contestant';
import { LOAD_CORE } from '../harness/processor';
import type { ClosedLoopResult } from './closed-loop';
import type { GrpcTarget } from './grpc-headers';
import type { OpenLoopResult } from './open-loop';

/** Whom to send requests of `n` candidates; the file is the model, with which answers are compared. */
export type LoadTarget = { readonly n: number; readonly onnxFile: string } & (
  (GrpcTarget & { readonly prefix: string }) | { readonly jsonPort: number }
);

interface ClosedTask {
  readonly over: 'unary' | 'stream';
  readonly inFlight: number;
  readonly seconds: number;
  /** Whether some of the answers must be the model's own. */
  readonly checked: boolean;
}

interface OpenTask {
  readonly over: 'unary' | 'stream';
  readonly rate: number;
  readonly seconds: number;
  readonly seed: number;
  readonly deadlineMs?: number;
}

export type LoadTask = ({ readonly loop: 'closed' } & ClosedTask) | ({ readonly loop: 'open' } & OpenTask);
export type LoadResult = ClosedLoopResult | OpenLoopResult;

/** Helper threads of the engine would have to wait for the neighbours, and the generator for them. */
const ONE_THREADED = ['--single-threaded'];

/** The process that plays the callers, on the load's processor. */
export class LoadGenerator {
  private constructor(private readonly process: Contestant<LoadTask, LoadResult>) {}

  /** Resolves when the answers to compare with are there. */
  static async start(target: LoadTarget): Promise<LoadGenerator> {
    const script = join(__dirname, 'load-main.js');
    return new LoadGenerator(await Contestant.startFile(script, [JSON.stringify(target)], LOAD_CORE, ONE_THREADED));
  }

  /** A number of callers that each send the next request when the last one is answered. */
  async closed(task: ClosedTask): Promise<ClosedLoopResult> {
    return (await this.process.run({ loop: 'closed', ...task })) as ClosedLoopResult;
  }

  /** Calls at a rate, whatever the server does. */
  async open(task: OpenTask): Promise<OpenLoopResult> {
    return (await this.process.run({ loop: 'open', ...task })) as OpenLoopResult;
  }

  stop(): Promise<void> {
    return this.process.stop();
  }
}
