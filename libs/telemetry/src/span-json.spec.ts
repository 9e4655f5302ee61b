import { storableJson, storableText } from './span-json';

describe('storable text', () => {
  it('leaves ordinary text alone, whatever its language', () => {
    expect(storableText('café 日本 🎉')).toBe('café 日本 🎉');
  });

  it('makes what PostgreSQL cannot hold visible', () => {
    expect(storableText('a\0b')).toBe('a\uFFFDb');
    expect(storableText('half \uD83C!')).toBe('half \uFFFD!');
  });
});

describe('storable JSON', () => {
  it('keeps nanoseconds exact as text', () => {
    expect(storableJson([{ timeNs: 1_790_000_000_123_456_789n }])).toBe('[{"timeNs":"1790000000123456789"}]');
  });

  it('writes numbers that JSON does not know as text', () => {
    expect(storableJson({ a: NaN, b: Infinity, c: [1.5, -Infinity] })).toBe(
      '{"a":"NaN","b":"Infinity","c":[1.5,"-Infinity"]}',
    );
  });

  it('mends values and keys, but not a backslash that only looks like an escape', () => {
    expect(JSON.parse(storableJson({ 'k\0': ['v\0'], plain: '\\u0000' }))).toEqual({
      'k\uFFFD': ['v\uFFFD'],
      plain: '\\u0000',
    });
  });

  it('keeps a key that is dangerous to assign', () => {
    const attributes = Object.fromEntries([['__proto__', 'x'] as const]);
    expect(storableJson(attributes)).toBe('{"__proto__":"x"}');
  });
});
