import fc from 'fast-check';
import { AnswerRing } from './answer-ring';

const KEPT_MS = 3000;

describe('AnswerRing', () => {
  it('gives back what was put last under a key, whatever the key', () => {
    const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((text) => text.isWellFormed());
    const entries = fc.array(fc.tuple(key, fc.nat(2 ** 32 - 1), fc.uint8Array({ maxLength: 300 })), { maxLength: 40 });
    fc.assert(
      fc.property(entries, (all) => {
        const ring = new AnswerRing(1 << 20, KEPT_MS);
        for (const [id, fingerprint, bytes] of all) ring.put(id, fingerprint, bytes, 0);
        const last = new Map(all.map(([id, fingerprint, bytes]) => [id, { fingerprint, bytes: Buffer.from(bytes) }]));
        for (const [id, entry] of last) expect(ring.find(id, 0)).toEqual(entry);
        expect(ring.find('a key that is longer than any of the others', 0)).toBeUndefined();
      }),
    );
  });

  it('holds the newest of as many bytes as it has, however often it goes round', () => {
    const ring = new AnswerRing(10_000, KEPT_MS);
    for (let i = 0; i < 1000; i++) {
      ring.put(`r${i}`, i, Buffer.alloc(900, i % 256), 0);
      for (let back = 0; back < 9; back++) {
        const kept = Buffer.alloc(900, (i - back) % 256);
        if (back <= i) expect(ring.find(`r${i - back}`, 0)?.bytes.equals(kept)).toBe(true);
      }
      expect(ring.find(`r${i - 12}`, 0)).toBeUndefined();
    }
  });

  it('forgets what is too old, and never takes what it cannot hold', () => {
    const ring = new AnswerRing(1000, KEPT_MS);
    ring.put('r', 1, Buffer.from('x'), 100);
    expect(ring.find('r', 100 + KEPT_MS)?.bytes).toEqual(Buffer.from('x'));
    expect(ring.find('r', 101 + KEPT_MS)).toBeUndefined();
    ring.put('large', 1, Buffer.alloc(1000), 100);
    expect(ring.find('large', 100)).toBeUndefined();
    expect(ring.find('r', 100)?.fingerprint).toBe(1);
  });
});
