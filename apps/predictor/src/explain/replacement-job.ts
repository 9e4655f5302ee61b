import type { Replacement } from '@adlift/explanation';
import type { InputRows, ScoringJob } from '@adlift/scoring';

/** Rows of a replacement plan, from `from` on, on their way through the model; `done` resolves with `logits` filled. */
export class ReplacementJob implements ScoringJob {
  readonly done: Promise<void>;
  private resolve!: () => void;
  private reject!: (error: Error) => void;

  constructor(
    private readonly plan: Replacement,
    private readonly from: number,
    readonly rows: number,
    readonly deadline: number,
    /** Of all rows of the plan; NaN where the model gave no number. */
    private readonly logits: Float64Array,
  ) {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  encode(inputs: InputRows, at: number): void {
    for (let i = 0; i < this.rows; i++) this.plan.write(this.from + i, inputs, at + i);
  }

  scored(probability: Float32Array): void {
    for (let i = 0; i < this.rows; i++) {
      const p = probability[i] ?? NaN;
      this.logits[this.from + i] = Math.log(p / (1 - p));
    }
    this.resolve();
  }

  failed(error: Error): void {
    this.reject(error);
  }
}
