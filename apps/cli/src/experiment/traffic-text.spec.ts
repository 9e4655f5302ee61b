import { holdoutText, layersText } from './traffic-text';

describe('layers in a terminal', () => {
  it('show who holds which slots, and what is free', () => {
    const free = [{ from: 31, to: 99 }];
    const experiments = [
      {
        key: 'a',
        state: 'running' as const,
        slots: [
          { from: 1, to: 30 },
          { from: 100, to: 100 },
        ],
      },
    ];
    expect(layersText([{ name: 'ranking', flag: 'adlift.layer.ranking', experiments, free }])).toBe(
      'layer ranking: free 31 to 99 of 1 to 100\n  1 to 30, 100\ta\trunning',
    );
    expect(layersText([])).toBe('no experiment is in a layer');
  });
});

describe('the holdout in a terminal', () => {
  const view = {
    ...{ percent: 5, reason: 'the sum of all', changedBy: 'ada', changedAt: '2026-11-28T10:00:00.000Z' },
    ...{ flag: { state: 'applied' as const, since: '2026-11-28T10:00:01.000Z' }, differences: [] },
  };

  it('says who holds out how many, and what was changed by hand', () => {
    const differences = [{ field: 'parameters.rollout', expected: '5', found: '9' }];
    expect(holdoutText({ ...view, differences }).split('\n')).toEqual([
      '5 % of all units get no experiment, since 2026-11-28T10:00:00.000Z by ada: the sum of all',
      'flag: applied',
      'DRIFT: parameters.rollout is "9", not "5"',
    ]);
    expect(holdoutText({ ...view, changedAt: null })).toBe('no units are held out');
  });
});
