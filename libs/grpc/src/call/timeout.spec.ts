import { timeoutMs } from './timeout';

describe('timeoutMs', () => {
  it.each([
    ['1H', 3_600_000],
    ['2M', 120_000],
    ['3S', 3_000],
    ['99999999m', 99_999_999],
    ['500u', 0.5],
    ['0n', 0],
  ])('reads %s', (header, ms) => {
    expect(timeoutMs(header)).toBeCloseTo(ms, 9);
  });

  it.each(['', 'm', '1', '1s', '-1m', '1.5S', ' 1S', '1 S', '123456789m', 'xm', '1mm'])('refuses "%s"', (header) => {
    expect(timeoutMs(header)).toBeUndefined();
  });
});
