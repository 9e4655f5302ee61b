import { EncodedAnswer } from './encoded-answer';
import { RecentAnswers } from './recent-answers';

const sent = new EncodedAnswer(Buffer.from('answer'));

describe('RecentAnswers', () => {
  it('gives the same request the same answer, also while that is still on its way', async () => {
    const recent = new RecentAnswers();
    const pending = Promise.withResolvers<EncodedAnswer>();
    recent.keep('r', 7, pending.promise);
    expect(recent.find('r', 7)).toBe(pending.promise);
    expect(recent.find('other', 7)).toBeUndefined();
    pending.resolve(sent);
    await pending.promise;
    expect((await recent.find('r', 7))?.bytes).toEqual(sent.bytes);
  });

  it('refuses another request under the same id, before and after the answer', async () => {
    const recent = new RecentAnswers();
    const answer = Promise.resolve(sent);
    const refused = expect.objectContaining({ code: 'already_exists', field: 'request_id' }) as Error;
    recent.keep('r', 7, answer);
    expect(() => recent.find('r', 8)).toThrow(refused);
    await answer;
    expect(() => recent.find('r', 8)).toThrow(refused);
  });

  it('forgets what failed, so that the next attempt may succeed', async () => {
    const recent = new RecentAnswers();
    const failing = Promise.reject<EncodedAnswer>(new Error('no'));
    recent.keep('r', 7, failing);
    await expect(failing).rejects.toThrow('no');
    expect(recent.find('r', 7)).toBeUndefined();
  });
});
