import { Breaker } from './breaker';

describe('Breaker', () => {
  const failTimes = (breaker: Breaker, times: number, now = 0): void => {
    for (let i = 0; i < times; i++) breaker.failed('m@1', now);
  };

  it('takes a version out after five failures in a row, and no other', () => {
    const breaker = new Breaker();
    failTimes(breaker, 4);
    expect(breaker.allows('m@1', 1)).toBe(true);
    failTimes(breaker, 1);
    expect([breaker.allows('m@1', 1), breaker.allows('m@2', 1), breaker.open]).toEqual([false, true, ['m@1']]);
  });

  it('starts to count again after a success', () => {
    const breaker = new Breaker();
    failTimes(breaker, 4);
    breaker.succeeded('m@1');
    failTimes(breaker, 4);
    expect(breaker.allows('m@1', 1)).toBe(true);
  });

  it('lets one request try after each pause, and closes when it succeeds', () => {
    const breaker = new Breaker();
    failTimes(breaker, 5);
    expect([breaker.allows('m@1', 999), breaker.allows('m@1', 1000), breaker.allows('m@1', 1001)]).toEqual([
      false,
      true,
      false,
    ]);
    breaker.succeeded('m@1');
    expect([breaker.allows('m@1', 1002), breaker.open]).toEqual([true, []]);
  });

  it('doubles the pause with each failed try, up to thirty seconds', () => {
    const breaker = new Breaker();
    failTimes(breaker, 6);
    expect([breaker.allows('m@1', 1999), breaker.allows('m@1', 2000)]).toEqual([false, true]);
    failTimes(breaker, 10, 2000);
    expect([breaker.allows('m@1', 31_999), breaker.allows('m@1', 32_000)]).toEqual([false, true]);
  });

  it('forgets versions that are not served any more', () => {
    const breaker = new Breaker();
    failTimes(breaker, 5);
    breaker.keepOnly(new Set(['other@1']));
    expect(breaker.open).toEqual([]);
  });
});
