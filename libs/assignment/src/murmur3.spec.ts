import { murmur3OfCodeUnits } from './murmur3';

describe('murmur3OfCodeUnits', () => {
  // Vectors of the x86 32-bit variant as published with SMHasher's ports (https://stackoverflow.com/a/31929528).
  it.each<[string, number, number]>([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['\0\0\0\0', 0, 0x2362f9de],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['aaa', 0x9747b28c, 0x283e0130],
    ['aa', 0x9747b28c, 0x5d211726],
    ['a', 0x9747b28c, 0x7fa09ea6],
    ['abcd', 0x9747b28c, 0xf0478627],
    ['abc', 0x9747b28c, 0xc84a62dd],
    ['ab', 0x9747b28c, 0x74875592],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ])('hashes %j with seed %i', (text, seed, hash) => {
    expect(murmur3OfCodeUnits(text, seed)).toBe(hash);
  });

  it('goes by the low byte of a code unit, as clients of Unleash do', () => {
    expect(murmur3OfCodeUnits('é', 0)).toBe(murmur3OfCodeUnits('ǩ', 0));
  });
});
