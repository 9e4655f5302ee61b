/**
 * How often a peer may do what costs it less than us: so many times at once, refilled over time and by calls that were
 * answered. Who asks for predictions never comes near; who floods is stopped.
 */
export class Allowance {
  private left: number;
  private at = performance.now();

  /** `burst` at once, `perSecond` more each second, never more than `burst` in store. */
  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
  ) {
    this.left = burst;
  }

  /** False when there is nothing left. */
  spend(cost = 1): boolean {
    this.left -= cost;
    if (this.left >= 0) return true;
    const now = performance.now();
    this.left = Math.min(this.burst, this.left + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
    return this.left >= 0;
  }

  earn(amount: number): void {
    this.left = Math.min(this.burst, this.left + amount);
  }
}
