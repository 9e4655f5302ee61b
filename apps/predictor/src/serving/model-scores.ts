import { type InputRows, type RunFacts, type ScoringJob } from '@adlift/scoring';
import type { Columns } from '@adlift/wire';
import { answerMemory } from './answer-memory';
import type { ServedModel } from './model-repository';

/** The candidates of one request on their way through one model; `done` resolves when the scores are in. */
export class ModelScores implements ScoringJob {
  readonly done: Promise<void>;
  /** NaN where the model gave no number. */
  readonly probability: Float32Array;
  /** As the encoder set them, one byte a row. */
  readonly rowFlags: Uint8Array;
  encodeMs = 0;
  /** Waiting for the thread, both ways. */
  queueMs = 0;
  inferenceMs = 0;
  private readonly submittedAt = performance.now();
  private resolve!: () => void;
  private reject!: (error: Error) => void;

  constructor(
    readonly model: ServedModel,
    private readonly columns: Columns,
    readonly rows: number,
    readonly deadline: number,
  ) {
    this.probability = answerMemory.float32(rows);
    this.rowFlags = answerMemory.uint8(rows);
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  encode(inputs: InputRows, at: number): void {
    const started = performance.now();
    inputs.encode(this.model.encoder, this.columns, this.rows, at, this.rowFlags);
    this.encodeMs += performance.now() - started;
  }

  scored(probability: Float32Array, { runMs }: RunFacts): void {
    this.probability.set(probability);
    this.inferenceMs = runMs;
    this.queueMs = Math.max(0, performance.now() - this.submittedAt - this.encodeMs - runMs);
    this.resolve();
  }

  failed(error: Error): void {
    this.reject(error);
  }
}
