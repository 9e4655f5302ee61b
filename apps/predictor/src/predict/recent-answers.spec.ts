import type { PredictAnswer } from '@adlift/wire';
import { RecentAnswers } from './recent-answers';

const answer = Promise.resolve({ requestId: 'r' } as PredictAnswer);

describe('RecentAnswers', () => {
  it('gives the same request the same answer, also while that is still on its way', () => {
    const recent = new RecentAnswers();
    const pending = new Promise<PredictAnswer>(() => undefined);
    recent.keep('r', 7, 50, pending);
    expect(recent.find('r', 7)).toBe(pending);
    expect(recent.find('other', 7)).toBeUndefined();
  });

  it('refuses another request under the same id', () => {
    const recent = new RecentAnswers();
    recent.keep('r', 7, 50, answer);
    expect(() => recent.find('r', 8)).toThrow(
      expect.objectContaining({ code: 'already_exists', field: 'request_id' }) as Error,
    );
  });

  it('forgets what failed, so that the next attempt may succeed', async () => {
    const recent = new RecentAnswers();
    const failing = Promise.reject<PredictAnswer>(new Error('no'));
    recent.keep('r', 7, 50, failing);
    await expect(failing).rejects.toThrow('no');
    expect(recent.find('r', 7)).toBeUndefined();
  });

  it('holds no more than its bytes allow, the newest', () => {
    const recent = new RecentAnswers();
    for (let i = 0; i < 1000; i++) recent.keep(`r${i}`, i, 1000, answer);
    expect(recent.find('r0', 0)).toBeUndefined();
    expect(recent.find('r999', 999)).toBe(answer);
  });
});
