import { freeSlots, layerDesign, numbers, sharedSlots, slotsText } from './layer-slots';

describe('the slots of a layer', () => {
  it('are free where no experiment has them', () => {
    expect(freeSlots([])).toEqual([{ from: 1, to: 100 }]);
    expect(freeSlots([{ from: 1, to: 100 }])).toEqual([]);
    expect(
      freeSlots([
        { from: 30, to: 40 },
        { from: 1, to: 10 },
        { from: 100, to: 100 },
      ]),
    ).toEqual([
      { from: 11, to: 29 },
      { from: 41, to: 99 },
    ]);
  });

  it('are shared where two experiments have the same', () => {
    expect(sharedSlots([{ from: 1, to: 20 }], [{ from: 21, to: 40 }])).toEqual([]);
    const ours = [
      { from: 1, to: 20 },
      { from: 50, to: 60 },
    ];
    expect(slotsText(sharedSlots(ours, [{ from: 20, to: 52 }]))).toBe('20, 50 to 52');
  });

  it('are counted one by one in order', () => {
    expect(
      numbers([
        { from: 7, to: 8 },
        { from: 2, to: 3 },
      ]),
    ).toEqual([2, 3, 7, 8]);
  });

  it.each([
    ['no slot', [], 'slots'],
    ['slot 0', [{ from: 0, to: 5 }], 'slots.0.from'],
    ['slot 101', [{ from: 5, to: 101 }], 'slots.0.to'],
    ['an end before the beginning', [{ from: 9, to: 5 }], 'slots.0.to'],
    ['half a slot', [{ from: 1.5, to: 5 }], 'slots.0.from'],
    [
      'a slot twice',
      [
        { from: 1, to: 5 },
        { from: 5, to: 9 },
      ],
      'slots.1',
    ],
  ])('refuse %s', (_what, slots, path) => {
    const { error } = layerDesign.safeParse({ name: 'ranking', slots });
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
