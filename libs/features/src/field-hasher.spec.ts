import { HashCoder } from './category-coder';
import { FieldHasher } from './field-hasher';
import { HashColumn } from './id-writer';
import { murmur3 } from './murmur3';

const utf8 = new TextEncoder();
const hashOf = (field: string, value: number | string): number => murmur3(utf8.encode(`${field}=${value}`));

/** Prefixes of every length modulo 4, with and without whole blocks before it. */
const FIELDS = ['', 'a', 'ad', 'ads', 'site', 'é', 'c10', 'länge', 'placement_id', '广告'];
const EDGES = [0, 7, 9, 10, 99, 100, 9999, 10_000, 99_999_999, 100_000_000, 2 ** 31 - 1, -1, -10, -(2 ** 31)];

/** The edges, both sides of every power of ten, and numbers of every length in bits, negative ones too. */
function integers(): Int32Array {
  const values = [...EDGES];
  for (let digits = 1; digits < 10; digits++) values.push(10 ** digits - 1, 10 ** digits, 5 * 10 ** digits);
  for (let i = 0; i < 1600; i++) values.push(Math.imul(i, 0x9e3779b1) >>> (i & 31));
  return Int32Array.from(values);
}

describe('FieldHasher', () => {
  it('gives the same hash as the whole text at once', () => {
    for (const field of FIELDS) {
      const hasher = new FieldHasher(field);
      for (const value of ['', 'a', 'brand-7', 'été', '广告', 'a\ud800', '🎯'.repeat(80)]) {
        expect(hasher.hashText(value)).toBe(hashOf(field, value));
      }
    }
  });

  it.each(FIELDS)('hashes whole numbers behind %j= as their decimal text, one or a column at a time', (field) => {
    const hasher = new FieldHasher(field);
    const values = integers();
    const column = hasher.hashInts(values, values.length).slice(0, values.length);
    const expected = Uint32Array.from(values, (value) => hashOf(field, value));
    expect(column).toEqual(expected);
    expect(Uint32Array.from(values, (value) => hasher.hashInt(value))).toEqual(expected);
  });

  it('knows every four digits, in front and behind', () => {
    const hasher = new FieldHasher('ad');
    const values = Int32Array.from({ length: 10_000 }, (_, i) => 10_000 * i + 9999 - i);
    const hashes = hasher.hashInts(values, values.length).slice(0, values.length);
    expect(hashes).toEqual(Uint32Array.from(values, (value) => hashOf('ad', value)));
  });

  it.each([0, 1, 2, 3, 4, 5, 50, 20_000, 40_000, 6])('hashes the first %i values of a longer column', (n) => {
    const hasher = new FieldHasher('user');
    // Numbers that are not hashed in lanes come last: they must not be looked at.
    const values = Int32Array.from({ length: n + 5 }, (_, i) => (i < n ? 7 * i : -1));
    const hashes = hasher.hashInts(values, n).slice(0, n);
    expect(hashes).toEqual(Uint32Array.from(values.subarray(0, n), (value) => hashOf('user', value)));
  });

  it('keeps the hashes of two fields apart that take turns', () => {
    const [ad, site] = [new FieldHasher('ad'), new FieldHasher('site')];
    const [first, second] = [Int32Array.of(1, 22, -333), Int32Array.of(55_555)];
    for (let turn = 0; turn < 3; turn++) {
      expect([...ad.hashInts(first, 3).subarray(0, 3)]).toEqual([1, 22, -333].map((value) => hashOf('ad', value)));
      expect(site.hashInts(second, 1)[0]).toBe(hashOf('site', 55_555));
    }
  });
});

describe('HashCoder', () => {
  it.each([1, 3, 1000, 65_536, 65_537, 2 ** 30, 2 ** 30 + 1])('takes hashes modulo %i', (size) => {
    const coder = new HashCoder({ name: 'ads', type: 'categorical', encoder: 'hash', size });
    const values = integers();
    const n = values.length;
    const stride = 3;
    const target = { ids: new Int32Array(n * stride).fill(-7), stride, flags: new Uint8Array(n) };
    const hashes = new HashColumn();
    hashes.reserve(n);
    coder.codeInts(values, n, target, { at: 1, offset: 40, hashes });
    const expected = Uint32Array.from(values, (value) => hashOf('ads', value));
    const slots = Int32Array.from(expected, (hash) => hash % size);
    expect(target.ids).toEqual(Int32Array.from([...slots].flatMap((slot) => [-7, 40 + slot, -7])));
    expect(hashes.values.slice(0, n)).toEqual(Float64Array.from(expected));
    expect(Int32Array.from(values, (value) => coder.codeInt(value))).toEqual(slots);
  });
});
