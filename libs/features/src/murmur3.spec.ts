import { FieldHasher } from './field-hasher';
import { murmur3 } from './murmur3';

const utf8 = new TextEncoder();

describe('murmur3', () => {
  it.each([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['test', 0, 0xba6bd213],
    ['test', 0x9747b28c, 0x704b81dc],
    ['Hello, world!', 0, 0xc0363e43],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['aaa', 0x9747b28c, 0x283e0130],
    ['aa', 0x9747b28c, 0x5d211726],
    ['a', 0x9747b28c, 0x7fa09ea6],
    ['abc', 0, 0xb3dd93fa],
    ['ππππππππ', 0x9747b28c, 0xd58063c1],
  ])('matches the published vector for %j with seed %i', (text, seed, expected) => {
    expect(murmur3(utf8.encode(text), seed)).toBe(expected);
  });

  it('gives the same hash from a field hasher as from the whole text at once', () => {
    for (const field of ['f', 'fi', 'field', 'länge', 'placement_id']) {
      const hasher = new FieldHasher(field);
      for (const value of ['', 'a', 'brand-7', 'été', '广告', 'a\ud800', '🎯'.repeat(80)]) {
        expect(hasher.hashText(value)).toBe(murmur3(utf8.encode(`${field}=${value}`)));
      }
    }
  });

  it('hashes an integer as its decimal text', () => {
    const hasher = new FieldHasher('ad');
    for (const value of [0, 7, 9, 10, 99, 100, -1, -10, 123456789, 2 ** 31 - 1, -(2 ** 31)]) {
      expect(hasher.hashInt(value)).toBe(hasher.hashText(String(value)));
    }
  });

  it('hashes whole numbers of every length behind a prefix of every length', () => {
    const values = Array.from({ length: 5000 }, (_, i) => Math.imul(i, 2654435) - 40);
    for (let digits = 0; digits < 10; digits++) values.push(10 ** digits - 1, 10 ** digits, 5 * 10 ** digits);
    for (const field of ['', 'a', 'ad', 'ads', 'site', 'é']) {
      const hasher = new FieldHasher(field);
      const whole = Int32Array.from(values.filter((value) => value === (value | 0)));
      const hashes = new Uint32Array(whole.length);
      hasher.hashInts(whole, whole.length, hashes);
      whole.forEach((value, i) =>
        expect([value, hashes[i]]).toEqual([value, murmur3(utf8.encode(`${field}=${value}`))]),
      );
    }
  });
});
