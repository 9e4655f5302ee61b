import { addUnit, emptyArmSums } from '@adlift/statistics';
import { RunningSums } from './running-sums';

describe('running sums', () => {
  it('are the exact sums of the same units', () => {
    const running = new RunningSums();
    const exact = emptyArmSums();
    for (const [m, d] of [
      [0, 3],
      [2, 5],
      [-7, 11],
    ]) {
      running.add(m, d);
      addUnit(exact, BigInt(m), BigInt(d));
    }
    expect(running.exact()).toEqual(exact);
  });

  it('refuse to pass for exact once a double has lost digits', () => {
    const running = new RunningSums();
    running.add(2 ** 27, 1);
    expect(() => running.exact()).toThrow(RangeError);
  });
});
