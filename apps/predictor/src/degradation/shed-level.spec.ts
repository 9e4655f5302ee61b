import { SHED, shedLevel } from './shed-level';

describe('shedLevel', () => {
  it('leaves out nothing while nobody waits, and everything in the end', () => {
    expect([shedLevel(0), shedLevel(0.24), shedLevel(20), shedLevel(Infinity)]).toEqual([
      0,
      0,
      SHED.reject,
      SHED.reject,
    ]);
  });

  it('goes through every level in order as the wait grows', () => {
    const met = Array.from({ length: 2100 }, (_, i) => shedLevel(i / 100));
    expect([...new Set(met)]).toEqual([0, ...Object.values(SHED)]);
  });
});
