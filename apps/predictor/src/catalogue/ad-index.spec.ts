import { AdIndex } from './ad-index';

/** Deterministic numbers in [0, 1). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

describe('the index of ads', () => {
  it('knows what a Map knows, whatever is set and deleted in whatever order', () => {
    const random = seeded(11);
    const index = new AdIndex();
    const map = new Map<string, number>();
    for (let row = 1; row <= 30_000; row++) {
      const id = `ad-${Math.floor(random() * 4000)}`;
      if (random() < 0.4) {
        expect(index.delete(id)).toBe(map.get(id) ?? 0);
        map.delete(id);
      } else {
        expect(index.set(id, row)).toBe(map.get(id) ?? 0);
        map.set(id, row);
      }
    }
    expect(index.size).toBe(map.size);
    for (let i = 0; i < 4000; i++) expect(index.get(`ad-${i}`)).toBe(map.get(`ad-${i}`) ?? 0);
    expect(new Map(index.entries())).toEqual(map);
  });

  it('tells ids apart that share a prefix, hold other scripts, or are empty', () => {
    const index = new AdIndex();
    const ids = ['a', 'a ', 'A', 'é', 'e\u0301', '广告', '\u{1F600}', ''];
    ids.forEach((id, i) => index.set(id, i + 1));
    expect(ids.map((id) => index.get(id))).toEqual(ids.map((_, i) => i + 1));
  });
});
