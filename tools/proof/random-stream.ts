// Bound once: where globals are looked up in another context, as in specs, Math costs more than a draw.
const { cos, imul, log, PI, sqrt } = Math;

/** A fast stream of pseudo-random numbers (sfc32 of PractRand), the same for the same seed and purpose. */
export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(seed: number, purpose: number) {
    this.a = seed | 0;
    this.b = imul(purpose, 0x9e3779b9);
    this.c = 0x2545f491;
    for (let round = 0; round < 16; round++) this.next();
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.next() / 2 ** 32;
  }

  /** Standard normal (Box and Muller). */
  normal(): number {
    return sqrt(-2 * log(1 - this.uniform())) * cos(2 * PI * this.uniform());
  }

  /** Successes of `trials` independent ones. */
  binomial(trials: number, probability: number): number {
    let successes = 0;
    for (let trial = 0; trial < trials; trial++) if (this.uniform() < probability) successes++;
    return successes;
  }

  private next(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }
}
