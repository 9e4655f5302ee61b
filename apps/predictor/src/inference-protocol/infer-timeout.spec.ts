import { DomainError } from '@adlift/problem';
import { beforeDeadline, deadlineOf } from './infer-timeout';
import type { InferRequest, ParameterValue } from './infer-request';

const request = (timeout?: ParameterValue): InferRequest => ({
  model: 'm',
  version: '',
  id: '',
  parameters: new Map(timeout === undefined ? [] : [['timeout', timeout]]),
  inputs: [],
  outputs: [],
});

describe('the timeout of an inference', () => {
  it('is microseconds from the start of the call, and none when absent, 0 or longer than a timer waits', () => {
    expect(deadlineOf(request(2500), 100)).toBe(102.5);
    for (const none of [undefined, 0, 2 ** 53 - 1]) expect(deadlineOf(request(none), 100)).toBe(Infinity);
  });

  it.each([-1, 0.5, NaN, '5', true])('is refused when it is %p', (timeout) => {
    expect(() => deadlineOf(request(timeout), 0)).toThrow('parameters.timeout');
  });

  it('ends the wait for work that never ends', async () => {
    const never = new Promise<never>(() => undefined);
    await expect(beforeDeadline(performance.now() + 5, never)).rejects.toThrow(DomainError);
  });

  it('drops a result that came too late, and gives one that came in time', async () => {
    await expect(beforeDeadline(performance.now() - 1, Promise.resolve(1))).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await beforeDeadline(performance.now() + 60_000, Promise.resolve(2))).toBe(2);
    expect(await beforeDeadline(Infinity, Promise.resolve(3))).toBe(3);
  });

  it('lets the error of the work through', async () => {
    await expect(beforeDeadline(performance.now() + 60_000, Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  });
});
