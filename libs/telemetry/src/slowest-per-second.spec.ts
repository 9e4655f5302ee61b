import { SlowestPerSecond } from './slowest-per-second';

describe('SlowestPerSecond', () => {
  it('keeps exactly the slowest of each second, whatever their order', () => {
    const kept: string[][] = [];
    const slowest = new SlowestPerSecond<string>(2, (things) => kept.push([...things].sort()));
    const durations = [5, 1, 9, 3, 7, 2];
    durations.forEach((ms) => slowest.offer(ms, 100, () => `a${ms}`));
    durations.forEach((ms) => slowest.offer(ms + 10, 1100, () => `b${ms}`));
    slowest.flush();
    expect(kept).toEqual([
      ['a7', 'a9'],
      ['b7', 'b9'],
    ]);
  });

  it('makes nothing of what is not among the slowest', () => {
    const slowest = new SlowestPerSecond<number>(1, () => undefined);
    const make = jest.fn(() => 1);
    for (let ms = 100; ms > 0; ms--) slowest.offer(ms, 0, make);
    expect(make).toHaveBeenCalledTimes(1);
  });
});
