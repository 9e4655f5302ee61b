import { parsePlan } from '@adlift/assignment';
import { experimentDesign } from '../experiment/experiment-design';
import { strategyVariants } from './experiment-flag';

const DESIGN = {
  plannedUnits: 1000,
  variants: [
    { name: 'b', weight: 50, ctr: 'click@2' },
    { name: 'a', weight: 50, control: true, ctr: 'click@1', explore: 0.02 },
  ],
};

describe('the variants of a flag', () => {
  it('carry no word of shadows when there are none', () => {
    const payloads = strategyVariants(experimentDesign.parse(DESIGN), 1, 100).map(({ payload }) => payload?.value);
    expect(payloads).toEqual([
      '{"ctr":"click@1","explore":0.02,"phase":1,"currency":"EUR"}',
      '{"ctr":"click@2","explore":0,"phase":1,"currency":"EUR"}',
    ]);
  });

  it('carry the shadows of the experiment in every arm', () => {
    const shadow = [{ name: 'next', ctr: 'click@3' }];
    for (const { payload } of strategyVariants(experimentDesign.parse({ ...DESIGN, shadow }), 1, 100)) {
      expect(parsePlan(payload?.value)?.shadow).toEqual([{ name: 'next', ctr: 'click@3', rate: 0.1 }]);
    }
  });

  it('carry the share of the traffic of each arm where it splits budgets', () => {
    const layer = { name: 'ranking', slots: [{ from: 1, to: 20 }] };
    const split = { ...DESIGN, goal: 'revenuePerUnit', budgets: 'split', layer };
    const shares = strategyVariants(experimentDesign.parse(split), 1, 50).map(
      ({ payload }) => parsePlan(payload?.value)?.budgetShare,
    );
    expect(shares).toEqual([0.05, 0.05]);
    expect(experimentDesign.safeParse({ ...split, goal: 'rpm' }).error?.issues).toMatchObject([{ path: ['goal'] }]);
  });
});
