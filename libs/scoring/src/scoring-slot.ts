import { allocateSlot, type ModelShape, type ScoreJob, type SlotMemory } from './worker-protocol';

/** Most rows one batch may hold. */
export const MAX_ROWS = 4096;
const MIN_ROWS = 64;

/**
 * One model's buffers for one batch, on memory shared with the scoring thread. Encode straight into `ids`, `numeric`
 * and `rowFlags` from offset 0; after the run `probability` holds `n` values, NaN in `invalid` rows of them.
 */
export class ScoringSlot {
  n = 0;
  /** Rows whose model output was not finite. */
  invalid = 0;
  ids: Int32Array = new Int32Array();
  numeric: Float32Array = new Float32Array();
  rowFlags = new Uint8Array();
  probability: Float32Array = new Float32Array();
  private capacity = 0;
  private memory: SlotMemory | undefined;
  private announced = false;

  constructor(
    readonly model: string,
    private readonly shape: ModelShape,
    private readonly number: number,
  ) {}

  /** Makes room for `n` rows, growing to the next power of two. */
  prepare(n: number): void {
    this.invalid = 0;
    if (n > this.capacity) this.grow(n);
    if (n === this.n || this.memory === undefined) return;
    this.n = n;
    this.probability = new Float32Array(this.memory.probability, 0, n);
  }

  /** The message part for this slot; its memory goes along once. */
  job(): ScoreJob {
    const { model: digest, number: slot, n, memory } = this;
    if (this.announced) return { digest, slot, n };
    this.announced = true;
    return { digest, slot, n, memory };
  }

  private grow(n: number): void {
    this.capacity = Math.max(MIN_ROWS, 2 ** Math.ceil(Math.log2(n)));
    this.memory = allocateSlot(this.shape, this.capacity);
    this.ids = new Int32Array(this.memory.ids);
    this.numeric = new Float32Array(this.memory.numeric);
    this.rowFlags = new Uint8Array(this.capacity);
    this.announced = false;
    this.n = 0;
  }
}
