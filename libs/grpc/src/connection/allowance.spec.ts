import { Allowance } from './allowance';

describe('Allowance', () => {
  it('lasts for its burst, and for what is earned', () => {
    const allowance = new Allowance(3, 0);
    expect([1, 2, 3, 4].map(() => allowance.spend())).toEqual([true, true, true, false]);
    allowance.earn(3);
    expect([1, 2, 3].map(() => allowance.spend())).toEqual([true, true, false]);
  });

  it('keeps no more than its burst in store', () => {
    const allowance = new Allowance(2, 0);
    allowance.earn(100);
    expect([1, 2, 3].map(() => allowance.spend())).toEqual([true, true, false]);
  });

  it('is refilled by time', () => {
    const allowance = new Allowance(2, 1e9);
    const until = performance.now() + 5;
    while (performance.now() < until) expect(allowance.spend()).toBe(true);
  });
});
