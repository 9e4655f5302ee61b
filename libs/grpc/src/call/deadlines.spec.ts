import { Deadlines, type Expiring } from './deadlines';

class Timed implements Expiring {
  earlier: Expiring | undefined;
  later: Expiring | undefined;
  slot = -1;
  /** When it ended, as of performance.now(). */
  readonly expired = Promise.withResolvers<number>();

  constructor(readonly expiresAt: number) {}

  expire(): void {
    this.expired.resolve(performance.now());
  }
}

describe('Deadlines', () => {
  const deadlines = new Deadlines();
  afterAll(() => deadlines.close());

  const after = (ms: number): Timed => {
    const call = new Timed(performance.now() + ms);
    deadlines.add(call);
    return call;
  };

  it('ends each call after its deadline, in their order, never before', async () => {
    const order: number[] = [];
    const calls = [90, 10, 0, 50, 11, -20].map(after);
    const ends = calls.map(async (call, i) => {
      expect(await call.expired.promise).toBeGreaterThanOrEqual(call.expiresAt);
      order.push(i);
    });
    await Promise.all(ends);
    expect([order.indexOf(0), order.indexOf(3)]).toEqual([5, 4]);
  });

  it('leaves alone what has left, wherever it was in its slot', async () => {
    const at = performance.now() + 30;
    const calls = Array.from({ length: 5 }, () => new Timed(at));
    for (const call of calls) deadlines.add(call);
    let ended = 0;
    for (const call of calls) void call.expired.promise.then(() => ended++);
    for (const i of [0, 2, 4]) deadlines.remove(calls[i]);
    // Twice does no harm.
    deadlines.remove(calls[2]);
    await Promise.all([calls[1]?.expired.promise, calls[3]?.expired.promise]);
    await after(0).expired.promise;
    expect(ended).toBe(2);
  });

  it('keeps what is due only when the wheel has turned', async () => {
    const far = after(60_000);
    let ended = false;
    void far.expired.promise.then(() => (ended = true));
    await after(20).expired.promise;
    expect(ended).toBe(false);
    deadlines.remove(far);
  });

  it('never ends a call without a deadline', () => {
    const endless = new Timed(Infinity);
    deadlines.add(endless);
    expect(endless.slot).toBe(-1);
  });
});
