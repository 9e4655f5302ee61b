import { RecentKeys } from './recent-keys';

const key = (i: number): string => `experiment\n1\ncontrol\nunit-${i}`;
const CAPACITY = 1 << 12;

describe('RecentKeys', () => {
  it('knows what it has seen and nothing else', () => {
    const keys = new RecentKeys(8 * CAPACITY);
    for (let i = 0; i < 1000; i++) {
      expect(keys.has(key(i))).toBe(false);
      keys.add(key(i));
      keys.add(key(i));
    }
    for (let i = 0; i < 1000; i++) expect(keys.has(key(i))).toBe(true);
    for (const other of ['', 'unit', key(0).slice(1), `${key(0)} `, key(0).replace('\n', ' ')])
      expect(keys.has(other)).toBe(false);
  });

  it('holds the newest, and forgets the oldest for them', () => {
    const keys = new RecentKeys(CAPACITY);
    const all = 10 * CAPACITY;
    for (let i = 0; i < all; i++) keys.add(key(i));
    const known = (from: number, to: number): number => {
      let count = 0;
      for (let i = from; i < to; i++) if (keys.has(key(i))) count++;
      return count / (to - from);
    };
    expect(known(all - CAPACITY / 4, all)).toBeGreaterThan(0.98);
    expect(known(all - CAPACITY, all)).toBeGreaterThan(0.7);
    expect(known(0, all - 4 * CAPACITY)).toBeLessThan(0.001);
  });

  it('takes no key for another', () => {
    const keys = new RecentKeys(1 << 18);
    // With 32 bits of each instead of 64 some twenty would be.
    for (let i = 0; i < 1 << 17; i++) keys.add(key(i));
    let taken = 0;
    for (let i = 1 << 17; i < 1 << 19; i++) if (keys.has(key(i))) taken++;
    expect(taken).toBe(0);
  }, 60_000);

  it('spreads keys that differ in one character', () => {
    const keys = new RecentKeys(256);
    for (let code = 0; code < 128; code++) keys.add(String.fromCharCode(code));
    let known = 0;
    for (let code = 0; code < 128; code++) if (keys.has(String.fromCharCode(code))) known++;
    expect(known).toBeGreaterThan(110);
  });
});
