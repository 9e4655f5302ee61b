/**
 * Holds the `capacity` slowest things of each second and hands them over when the second is past: they are known to be
 * the slowest only then. Takes memory for `capacity` things, whatever the rate.
 */
export class SlowestPerSecond<T> {
  private held: { durationMs: number; thing: T }[] = [];
  private second = 0;

  constructor(
    private readonly capacity: number,
    private readonly keep: (things: readonly T[]) => void,
  ) {}

  /** `make` is called only for what is among the slowest so far. */
  offer(durationMs: number, nowMs: number, make: () => T): void {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.second) {
      this.flush();
      this.second = second;
    }
    if (this.held.length < this.capacity) {
      this.held.push({ durationMs, thing: make() });
      return;
    }
    let fastest = 0;
    for (let i = 1; i < this.held.length; i++) {
      if ((this.held[i]?.durationMs ?? 0) < (this.held[fastest]?.durationMs ?? 0)) fastest = i;
    }
    if (durationMs > (this.held[fastest]?.durationMs ?? 0)) this.held[fastest] = { durationMs, thing: make() };
  }

  /** Hands over what is held. */
  flush(): void {
    if (this.held.length > 0) this.keep(this.held.map(({ thing }) => thing));
    this.held = [];
  }
}
