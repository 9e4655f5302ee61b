import { Inbox } from './inbox';

describe('Inbox', () => {
  it('gives what was added, in its order, whatever the sizes', () => {
    const inbox = new Inbox();
    const added: Buffer[] = [];
    const taken: Buffer[] = [];
    [1, 20_000, 0, 16_384, 7, 70_000, 3].forEach((size, i) => {
      const bytes = Buffer.alloc(size, i + 1);
      added.push(bytes);
      inbox.add(bytes);
      if (i === 3) taken.push(inbox.shift() ?? Buffer.alloc(0));
    });
    for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) taken.push(next);
    expect(Buffer.concat(taken).equals(Buffer.concat(added))).toBe(true);
    expect(inbox.empty).toBe(true);
  });

  it('holds on to nothing that data came in', () => {
    const inbox = new Inbox();
    const chunk = Buffer.alloc(1 << 16, 1);
    inbox.add(chunk.subarray(5, 6));
    chunk.fill(2);
    expect([...(inbox.shift() ?? [])]).toEqual([1]);
    expect(inbox.shift()).toBeUndefined();
  });
});
