import { addUnit, emptyArmSums, type ArmSums } from './arm-sums';
import { enoughForBounds } from './inference-thresholds';

function armWith(unitsWithOutcome: number): ArmSums {
  const sums = emptyArmSums();
  for (let unit = 0; unit < 400; unit += 1) addUnit(sums, unit < unitsWithOutcome ? 3n : 0n, 1n);
  return sums;
}

describe('enoughForBounds', () => {
  it('asks both arms for 50 units with an outcome', () => {
    expect(enoughForBounds(armWith(50), armWith(50), { money: false })).toBeUndefined();
    for (const [control, treatment] of [
      [49, 300],
      [300, 49],
      [0, 0],
    ]) {
      const refusal = enoughForBounds(armWith(control), armWith(treatment), { money: false });
      expect(refusal).toMatchObject({ refused: true, reason: 'too_few_nonzero_units' });
    }
  });

  it('asks both arms for 200 payers when the metric is money', () => {
    expect(enoughForBounds(armWith(200), armWith(200), { money: true })).toBeUndefined();
    expect(enoughForBounds(armWith(199), armWith(300), { money: true })).toMatchObject({ reason: 'too_few_payers' });
    expect(enoughForBounds(armWith(300), armWith(199), { money: true })).toMatchObject({ reason: 'too_few_payers' });
    expect(enoughForBounds(armWith(20), armWith(300), { money: true })).toMatchObject({
      reason: 'too_few_nonzero_units',
    });
  });
});
