import { Repeating } from './repeating';

const LONG_MS = 3_600_000;

/** Resolves when the `count`-th call of `call` is made. */
function calls(): { call: () => number; reached: (count: number) => Promise<void> } {
  let made = 0;
  const waiting = new Map<number, () => void>();
  return {
    call: () => {
      waiting.get(++made)?.();
      return made;
    },
    reached: (count) => (made >= count ? Promise.resolve() : new Promise((resolve) => waiting.set(count, resolve))),
  };
}

describe('Repeating', () => {
  it('takes turns after the pauses they ask for, and none after its end', async () => {
    const { call, reached } = calls();
    const repeating = new Repeating({ turn: () => Promise.resolve(call() < 3 ? 0 : LONG_MS), failed: () => LONG_MS });
    repeating.start();
    await reached(3);
    await repeating.end();
    expect(call()).toBe(4);
  });

  it('goes on after a failure, and says whether it is the one from before', async () => {
    const { call, reached } = calls();
    const told: string[] = [];
    const outcomes = ['away', 'away', 'full', '', 'full'];
    const repeating = new Repeating({
      turn: () => {
        const outcome = outcomes[call() - 1];
        if (outcome === undefined) return Promise.resolve(LONG_MS);
        return outcome === '' ? Promise.resolve(0) : Promise.reject(new Error(outcome));
      },
      failed: ({ message }, again) => {
        told.push(again ? `${message} again` : message);
        return 0;
      },
    });
    repeating.start();
    await reached(6);
    await repeating.end();
    expect(told).toEqual(['away', 'away again', 'full', 'full']);
  });

  it('waits before the first turn when told to, and can be woken', async () => {
    const { call, reached } = calls();
    const repeating = new Repeating({ turn: () => Promise.resolve(call() * LONG_MS), failed: () => 0 });
    repeating.start(LONG_MS);
    repeating.wake();
    await reached(1);
    repeating.wake();
    await reached(2);
    await repeating.end();
    expect(call()).toBe(3);
  });

  it('takes one more turn when it is woken during one', async () => {
    const { call, reached } = calls();
    const repeating: Repeating = new Repeating({
      turn: () => {
        if (call() === 1) repeating.wake();
        return Promise.resolve(LONG_MS);
      },
      failed: () => LONG_MS,
    });
    repeating.start();
    await reached(2);
    await repeating.end();
    expect(call()).toBe(3);
  });

  it('ends after the turn that is being taken, whose failure then is nobody’s concern', async () => {
    const told: string[] = [];
    let begun = (): void => undefined;
    const started = new Promise<void>((resolve) => (begun = resolve));
    const repeating = new Repeating({
      turn: (ending) =>
        new Promise((_, reject) => {
          ending.addEventListener('abort', () => reject(new Error('cut off')));
          begun();
        }),
      failed: ({ message }) => told.push(message),
    });
    repeating.start();
    await started;
    await repeating.end();
    expect(told).toEqual([]);
  });

  it('can be ended without ever having begun', async () => {
    await new Repeating({ turn: () => Promise.resolve(0), failed: () => 0 }).end();
  });
});
