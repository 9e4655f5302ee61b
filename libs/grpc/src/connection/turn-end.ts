/** Whatever gathers what it writes. */
export interface Gathering {
  flush(): void;
}

/** The connections of a server take no further frame in a turn after so long: a chunk may hold hundreds of calls. */
const TURN_MS = 5;

/** What the connections of a server share of a turn of the event loop: its time, and one flush when it ends. */
export class TurnEnd {
  private waiting: Gathering[] = [];
  /** When the time of this turn is over; 0 while none is running. */
  private until = 0;

  /** Flushes `one` when the turn has done all it had to. */
  add(one: Gathering): void {
    this.begin();
    this.waiting.push(one);
  }

  /** Whether others than the frames of callers are to have their turn. */
  get over(): boolean {
    this.begin();
    return performance.now() > this.until;
  }

  private begin(): void {
    if (this.until > 0) return;
    this.until = performance.now() + TURN_MS;
    setImmediate(() => this.run());
  }

  private run(): void {
    const { waiting } = this;
    this.waiting = [];
    this.until = 0;
    for (const one of waiting) one.flush();
  }
}
