/** Whatever gathers what it writes. */
export interface Gathering {
  flush(): void;
}

/** Flushes what was gathered in a turn of the event loop, once, when the turn has done all it had to. */
export class TurnEnd {
  private waiting: Gathering[] = [];

  add(one: Gathering): void {
    if (this.waiting.push(one) === 1) setImmediate(() => this.run());
  }

  private run(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const one of waiting) one.flush();
  }
}
