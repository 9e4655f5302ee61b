import { makeUuidV7 } from '@adlift/wire';
import { inShadowSample } from './shadow-sample';

const ids = Array.from({ length: 20_000 }, (_, i) => {
  const random = Buffer.alloc(16);
  random.writeUInt32BE((i * 2_654_435_761) % 2 ** 32, 8);
  return makeUuidV7(1_767_000_000_000 + i, random);
});

describe('the sample that shadows score', () => {
  it.each([0.01, 0.1, 0.5])('holds about %d of the predictions', (rate) => {
    const share = ids.filter((id) => inShadowSample(id, rate)).length / ids.length;
    // Five standard deviations.
    expect(Math.abs(share - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / ids.length));
  });

  it('holds every prediction at rate 1, and the same ones among more at a higher rate', () => {
    expect(ids.every((id) => inShadowSample(id, 1))).toBe(true);
    expect(ids.every((id) => !inShadowSample(id, 0.1) || inShadowSample(id, 0.2))).toBe(true);
  });
});
