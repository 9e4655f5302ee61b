import { prefixed } from '../server/served.fixture';
import { Budget } from './budget';
import { MessageReader } from './message-reader';
import { CallError } from './status';

const BUDGET = 1 << 20;

function messagesOf(reader: MessageReader, chunk: Buffer): string[] {
  const messages: string[] = [];
  reader.feed(chunk);
  for (let message = reader.next(); message !== undefined; message = reader.next()) messages.push(message.toString());
  return messages;
}

describe('MessageReader', () => {
  const texts = ['', 'a', 'x'.repeat(400), 'end'];
  const bytes = Buffer.concat(texts.map((text) => prefixed(Buffer.from(text))));

  it('reads the same messages wherever the data is cut, and gives its memory back', () => {
    const budget = new Budget(BUDGET);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const reader = new MessageReader(400, budget);
      const before = messagesOf(reader, bytes.subarray(0, cut));
      expect([...before, ...messagesOf(reader, bytes.subarray(cut))]).toEqual(texts);
      expect(reader.begun).toBe(false);
    }
    const reader = new MessageReader(400, budget);
    expect([...bytes].flatMap((byte) => messagesOf(reader, Buffer.from([byte])))).toEqual(texts);
    expect(() => budget.take(BUDGET)).not.toThrow();
  });

  it('does not copy a message that came whole', () => {
    const reader = new MessageReader(400, new Budget(0));
    reader.feed(bytes);
    reader.next();
    expect(reader.next()?.buffer).toBe(bytes.buffer);
  });

  it('refuses a message over the limit by its prefix alone', () => {
    const reader = new MessageReader(400, new Budget(BUDGET));
    reader.feed(Buffer.from([0, 0, 0, 1, 0x91]));
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 8 }) as CallError);
  });

  it('takes memory as the message comes, not as its prefix claims, and gives it back when it is given up', () => {
    const budget = new Budget(200_000);
    const reader = new MessageReader(1 << 30, budget);
    reader.feed(Buffer.concat([Buffer.from([0, 0x30, 0, 0, 0]), Buffer.alloc(1_000)]));
    expect(reader.next()).toBeUndefined();
    expect(() => budget.take(100_000)).not.toThrow();
    budget.giveBack(100_000);
    reader.feed(Buffer.alloc(200_000));
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 14 }) as CallError);
    reader.end();
    expect(() => budget.take(200_000)).not.toThrow();
  });

  it('tells compressed messages from others, and both from nonsense', () => {
    const reader = new MessageReader(400, new Budget(BUDGET));
    reader.feed(prefixed(Buffer.from('z'), true));
    expect(reader.next()?.toString()).toBe('z');
    expect(reader.compressed).toBe(true);
    reader.feed(Buffer.from([2, 0, 0, 0, 0]));
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 13 }) as CallError);
  });
});
