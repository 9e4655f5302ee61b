const TICK_MS = 5;
const SLOTS = 1_024;

/** A call that ends at its deadline at the latest. */
export interface Expiring {
  /** As of performance.now(). */
  readonly expiresAt: number;
  /** The neighbours in its slot, which belong to {@link Deadlines}. */
  earlier: Expiring | undefined;
  later: Expiring | undefined;
  /** Its slot, -1 while it is in none. */
  slot: number;
  expire(): void;
}

/**
 * The deadlines of all calls, in a wheel of lists: entering and leaving is a few assignments, and one timer looks at
 * those that are due. A call ends up to 10 ms after its deadline.
 */
export class Deadlines {
  private readonly slots = new Array<Expiring | undefined>(SLOTS).fill(undefined);
  private count = 0;
  private timer: NodeJS.Timeout | undefined;
  /** The tick that was looked at last. */
  private tick = 0;

  add(call: Expiring): void {
    if (call.expiresAt === Infinity) return;
    const now = Math.floor(performance.now() / TICK_MS);
    if (this.count++ === 0) this.tick = now;
    const slot = Math.max(this.tick + 1, Math.floor(call.expiresAt / TICK_MS) + 1) % SLOTS;
    const first = this.slots[slot];
    call.slot = slot;
    call.later = first;
    if (first !== undefined) first.earlier = call;
    this.slots[slot] = call;
    this.timer ??= setInterval(() => this.look(), TICK_MS).unref();
  }

  remove(call: Expiring): void {
    const { slot, earlier, later } = call;
    if (slot < 0) return;
    if (earlier === undefined) this.slots[slot] = later;
    else earlier.later = later;
    if (later !== undefined) later.earlier = earlier;
    call.slot = -1;
    call.earlier = call.later = undefined;
    this.count--;
  }

  /** Stops the timer. */
  close(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = performance.now();
    const until = Math.floor(now / TICK_MS);
    for (let passed = Math.min(SLOTS, until - this.tick); passed > 0; passed--) {
      this.expireIn((until - passed + 1) % SLOTS, now);
    }
    this.tick = until;
    // A server without calls does not wake up.
    if (this.count > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private expireIn(slot: number, now: number): void {
    let call = this.slots[slot];
    while (call !== undefined) {
      const { later } = call;
      // The wheel turns once in five seconds; what is due in a later turn stays.
      if (call.expiresAt <= now) {
        this.remove(call);
        call.expire();
      }
      call = later;
    }
  }
}
