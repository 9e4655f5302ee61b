/** Stages of a decision, in the order in which they happen; each ends where the next begins. */
export const STAGES = ['decode', 'flag_evaluation', 'encode', 'queue', 'inference', 'respond'] as const;
export type Stage = (typeof STAGES)[number];

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
    this.durations[STAGES.indexOf(stage)] = now - this.last;
    this.last = now;
  }

  /** Ends several stages at once whose own durations are known; what is left over falls to the first. */
  endedTogether(parts: readonly (readonly [Stage, number])[]): void {
    const now = performance.now();
    let rest = now - this.last;
    for (const [stage, ms] of parts) {
      const part = Math.min(ms, rest);
      this.durations[STAGES.indexOf(stage)] = part;
      rest -= part;
    }
    const [first] = parts;
    if (first !== undefined) this.durations[STAGES.indexOf(first[0])] = this.of(first[0]) + rest;
    this.last = now;
  }

  of(stage: Stage): number {
    return this.durations[STAGES.indexOf(stage)] ?? 0;
  }

  /** Milliseconds from the start to the end of the last ended stage. */
  get totalMs(): number {
    return this.last - this.startedAt;
  }
}
