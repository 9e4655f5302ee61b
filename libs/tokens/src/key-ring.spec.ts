import { parseKeyRing } from './key-ring';

const KEY = Buffer.alloc(32, 5).toString('base64');

describe('parseKeyRing', () => {
  it('seals with the first key and opens with all', () => {
    const { active, keys } = parseKeyRing(` 7:${KEY}, 3:${KEY} `);
    expect([active, [...keys.keys()]]).toEqual([7, [7, 3]]);
  });

  it.each([
    ['', 'must be 1 to 255'],
    [`0:${KEY}`, 'key id "0" must be 1 to 255'],
    [`256:${KEY}`, 'must be 1 to 255'],
    [`1.5:${KEY}`, 'must be 1 to 255'],
    ['1', 'key 1 must be 32 bytes in base64, got 0'],
    [`1:${KEY.slice(0, 20)}`, 'got 15'],
    [`1:${KEY},1:${KEY}`, 'key id 1 appears twice'],
  ])('says what is wrong with "%.10s", without the key', (text, said) => {
    let message = '';
    try {
      parseKeyRing(text);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain(said);
    expect(message).not.toContain(KEY.slice(0, 12));
  });
});
