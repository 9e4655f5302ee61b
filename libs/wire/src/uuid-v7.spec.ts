import { isUuidV7, makeUuidV7, uuidFromBytes, uuidToBytes, uuidV7Day, uuidV7Time } from './uuid-v7';

describe('UUIDv7', () => {
  it('reads the time and the day of the example in RFC 9562', () => {
    const example = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
    expect([isUuidV7(example), uuidV7Time(example), uuidV7Day(example)]).toEqual([true, 0x017f22e279b0, '2022-02-22']);
  });

  it('is made for a given time and given random bytes, always the same', () => {
    const random = Uint8Array.from({ length: 16 }, (_, i) => i * 7);
    const made = makeUuidV7(1_700_000_000_123, random);
    expect([isUuidV7(made), uuidV7Time(made)]).toEqual([true, 1_700_000_000_123]);
    expect(makeUuidV7(1_700_000_000_123, random)).toBe(made);
  });

  it('grows with every call, so that the least id is the first', () => {
    const made = Array.from({ length: 500 }, () => makeUuidV7());
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(500);
  });

  it('changes the day at midnight UTC', () => {
    const midnight = Date.UTC(2026, 10, 2);
    expect([uuidV7Day(makeUuidV7(midnight - 1)), uuidV7Day(makeUuidV7(midnight))]).toEqual([
      '2026-11-01',
      '2026-11-02',
    ]);
  });

  it('comes back from its 16 bytes', () => {
    const made = makeUuidV7();
    expect(uuidFromBytes(uuidToBytes(made))).toBe(made);
    expect(() => uuidFromBytes(new Uint8Array(15))).toThrow(RangeError);
  });

  it.each([
    '',
    'x',
    '017F22E2-79B0-7CC3-98C4-DC0C0C07398F',
    '017f22e2-79b0-4cc3-98c4-dc0c0c07398f',
    '017f22e279b07cc398c4dc0c0c07398f',
  ])('does not take "%s" for one', (text) => {
    expect(isUuidV7(text)).toBe(false);
  });
});
