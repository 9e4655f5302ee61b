import { answered } from '../test/answered';
import { expectAgreement } from '../test/expect-agreement';
import { readGolden } from '../test/golden-vectors';
import { estimateArm, type MetricKind } from './arm-estimate';
import { addUnit, emptyArmSums, type ArmSums } from './arm-sums';
import { compareArms } from './comparison';
import { compareStratified } from './stratified-comparison';

type Units = [number, number][];

interface StratifiedGolden {
  phases: { control: Units; treatment: Units }[];
  plannedUnits: number;
  cases: { kind: MetricKind; expected: object }[];
}

function sumsOf(units: Units): ArmSums {
  const sums = emptyArmSums();
  for (const [m, d] of units) addUnit(sums, BigInt(m), BigInt(d));
  return sums;
}

const golden = readGolden<StratifiedGolden>('stratified');
const phases = golden.phases.map(({ control, treatment }) => ({
  control: sumsOf(control),
  treatment: sumsOf(treatment),
}));
const options = { alpha: 0.05, plannedUnits: golden.plannedUnits };

describe('a comparison over phases', () => {
  it.each(golden.cases)('agrees with the golden vectors: $kind', ({ kind, expected }) => {
    const { comparison, phasesUsed } = answered(compareStratified(kind, phases, options));
    expectAgreement(comparison, expected);
    expect(phasesUsed).toEqual([0, 1]);
  });

  it('of one phase is the plain comparison', () => {
    for (const kind of ['mean', 'ratio'] as const) {
      const [arm, other] = [phases[0].control, phases[0].treatment].map((sums) => answered(estimateArm(kind, sums, 7)));
      const { comparison } = answered(compareStratified(kind, phases.slice(0, 1), { ...options, scale: 7 }));
      expectAgreement(comparison, answered(compareArms(arm, other, options)));
    }
  });

  it('is not fooled by a phase in which one arm had more traffic and all values were higher', () => {
    const arm = (low: number, high: number): Units => [
      ...Array.from({ length: 10 * low }, (_, i): [number, number] => [i % 2, 1]),
      ...Array.from({ length: 10 * high }, (_, i): [number, number] => [10 + (i % 2), 1]),
    ];
    const simpson = [
      { control: sumsOf(arm(9, 0)), treatment: sumsOf(arm(1, 0)) },
      { control: sumsOf(arm(0, 1)), treatment: sumsOf(arm(0, 9)) },
    ];
    const { comparison } = answered(compareStratified('mean', simpson, options));
    expect(comparison.absolute.difference).toBe(0);
  });

  it('leaves out a phase that one arm was not part of, and says so', () => {
    const alone = { control: phases[1].control, treatment: emptyArmSums() };
    const { comparison, phasesUsed } = answered(compareStratified('ratio', [alone, phases[0]], options));
    expect(phasesUsed).toEqual([1]);
    expectAgreement(comparison, answered(compareStratified('ratio', [phases[0]], options)).comparison);
  });

  it('refuses when nothing is left to compare', () => {
    const silent = sumsOf([
      [0, 0],
      [0, 0],
    ]);
    expect(compareStratified('mean', [], options)).toMatchObject({ reason: 'no_units' });
    expect(compareStratified('ratio', [{ control: silent, treatment: silent }], options)).toMatchObject({
      reason: 'zero_denominator',
    });
    expect(compareStratified('mean', [{ control: silent, treatment: silent }], options)).toMatchObject({
      reason: 'zero_baseline',
    });
  });
});
