/** Stages of a decision, in the order in which they happen; each ends where the next begins. */
export const STAGES = ['decode', 'flag_evaluation', 'encode', 'queue', 'inference', 'respond'] as const;
export type Stage = (typeof STAGES)[number];

const DECODE = 0;
const FLAG_EVALUATION = 1;
const ENCODE = 2;
const QUEUE = 3;
const INFERENCE = 4;
const RESPOND = 5;
const PLACES: Readonly<Record<Stage, number>> = {
  decode: DECODE,
  flag_evaluation: FLAG_EVALUATION,
  encode: ENCODE,
  queue: QUEUE,
  inference: INFERENCE,
  respond: RESPOND,
};

/** Times of one decision's stages, in milliseconds; read from one clock, so they add up to the whole. */
export class Stopwatch {
  private readonly durations = new Float64Array(STAGES.length);
  private last: number;

  /** `startedAt` as of performance.now(). */
  constructor(readonly startedAt = performance.now()) {
    this.last = startedAt;
  }

  /** The stage that ends now took all the time since the one before it. */
  ended(stage: Stage): void {
    const now = performance.now();
    this.durations[PLACES[stage]] = now - this.last;
    this.last = now;
  }

  /** Ends the stages of scoring, which know their own durations; what is left over was waiting. */
  scored({ encodeMs, inferenceMs }: { readonly encodeMs: number; readonly inferenceMs: number }): void {
    const now = performance.now();
    const all = now - this.last;
    const encode = Math.min(encodeMs, all);
    const inference = Math.min(inferenceMs, all - encode);
    this.durations[ENCODE] = encode;
    this.durations[INFERENCE] = inference;
    this.durations[QUEUE] = all - encode - inference;
    this.last = now;
  }

  of(stage: Stage): number {
    return this.durations[PLACES[stage]] ?? 0;
  }

  /** Milliseconds from the start to the end of the last ended stage. */
  get totalMs(): number {
    return this.last - this.startedAt;
  }

  /** Whole microseconds, as an answer states them. */
  timing(): { totalUs: number; queueUs: number; encodeUs: number; inferenceUs: number } {
    const microseconds = (place: number): number => Math.round((this.durations[place] ?? 0) * 1000);
    return {
      totalUs: Math.round(this.totalMs * 1000),
      queueUs: microseconds(QUEUE),
      encodeUs: microseconds(ENCODE),
      inferenceUs: microseconds(INFERENCE),
    };
  }
}
