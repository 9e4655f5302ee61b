import { makeUuidV7 } from '@adlift/wire';
import { inSample } from './prediction-sample';

const ids = Array.from({ length: 20_000 }, (_, i) => {
  const random = Buffer.alloc(16);
  random.writeUInt32BE((i * 2_654_435_761) % 2 ** 32, 8);
  return makeUuidV7(1_767_000_000_000 + i, random);
});

/** Share of the predictions for which it holds, and five standard deviations of what chance gives at `rate`. */
function shareOf(holds: (id: string) => boolean, rate: number) {
  return { share: ids.filter(holds).length / ids.length, within: 5 * Math.sqrt((rate * (1 - rate)) / ids.length) };
}

describe('a sample of the predictions', () => {
  it.each([0.01, 0.1, 0.5])('holds about %d of them', (rate) => {
    const { share, within } = shareOf((id) => inSample('log', id, rate), rate);
    expect(Math.abs(share - rate)).toBeLessThan(within);
  });

  it('holds all at rate 1, none at 0, and the same ones among more at a higher rate', () => {
    expect(ids.every((id) => inSample('log', id, 1))).toBe(true);
    expect(ids.some((id) => inSample('log', id, 0))).toBe(false);
    expect(ids.every((id) => !inSample('log', id, 0.1) || inSample('log', id, 0.2))).toBe(true);
  });

  it('is drawn for the log regardless of what is drawn for shadows', () => {
    const { share, within } = shareOf((id) => inSample('log', id, 0.5) && inSample('shadow', id, 0.5), 0.25);
    expect(Math.abs(share - 0.25)).toBeLessThan(within);
  });
});
