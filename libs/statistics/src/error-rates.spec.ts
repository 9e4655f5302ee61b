import { seededRandom } from '../test/seeded-random';
import { estimateArm } from './arm-estimate';
import { addUnit, emptyArmSums, type ArmSums } from './arm-sums';
import { compareArms } from './comparison';
import type { Comparison } from './effect';
import { isRefusal } from './refusal';

const LOOKS = 20;
const UNITS_PER_LOOK = 60;
const PLANNED_UNITS = LOOKS * UNITS_PER_LOOK;
const OPTIONS = { alpha: 0.05, plannedUnits: PLANNED_UNITS };

/** Adds a user whose impressions are heavy-tailed and whose click rate differs from other users'. */
function addUser(sums: ArmSums, random: () => number, clickRate: number): void {
  const impressions = Math.ceil(3 * (1 - random()) ** -0.4);
  const ownRate = clickRate * (0.4 + 1.2 * random());
  let clicks = 0;
  for (let impression = 0; impression < impressions; impression += 1) if (random() < ownRate) clicks += 1;
  addUnit(sums, BigInt(clicks), BigInt(impressions));
}

function compare(control: ArmSums, treatment: ArmSums): Comparison | undefined {
  const a = estimateArm('ratio', control);
  const b = estimateArm('ratio', treatment);
  if (isRefusal(a) || isRefusal(b)) return undefined;
  const comparison = compareArms(a, b, OPTIONS);
  return isRefusal(comparison) ? undefined : comparison;
}

/** One experiment watched at equal steps; `treatmentShare` of the users see the treatment. */
function runExperiment(random: () => number, treatmentShare: number, clickRates: [number, number]): Comparison[] {
  const arms = [emptyArmSums(), emptyArmSums()];
  const looks: Comparison[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    for (let user = 0; user < UNITS_PER_LOOK; user += 1) {
      const arm = random() < treatmentShare ? 1 : 0;
      addUser(arms[arm], random, clickRates[arm]);
    }
    const comparison = compare(arms[0], arms[1]);
    if (comparison) looks.push(comparison);
  }
  return looks;
}

describe('error rates on users of unequal activity', () => {
  it.each([0.5, 0.1])(
    'holds the level in an A/A with a treatment share of %d, once fixed and at every look sequentially',
    (treatmentShare) => {
      const random = seededRandom(1000 * treatmentShare);
      const experiments = 500;
      const rejected = { fixed: 0, peeking: 0, sequential: 0, relative: 0 };
      for (let round = 0; round < experiments; round += 1) {
        const looks = runExperiment(random, treatmentShare, [0.2, 0.2]);
        if (looks[looks.length - 1].absolute.p < 0.05) rejected.fixed += 1;
        if (looks.some(({ absolute }) => absolute.p < 0.05)) rejected.peeking += 1;
        if (looks.some(({ relative }) => relative.alwaysValidP < 0.05)) rejected.sequential += 1;
        const excludesZero = looks.some(
          ({ relative: { sequential } }) => !isRefusal(sequential) && (sequential.low > 0 || sequential.high < 0),
        );
        if (excludesZero) rejected.relative += 1;
      }
      expect(rejected.fixed / experiments).toBeGreaterThan(0.025);
      expect(rejected.fixed / experiments).toBeLessThan(0.08);
      expect(rejected.peeking / experiments).toBeGreaterThan(0.15);
      expect(rejected.sequential / experiments).toBeLessThanOrEqual(0.05);
      expect(rejected.relative).toBeLessThanOrEqual(rejected.sequential);
    },
  );

  it('covers a planted lift at the nominal rate, and at every look by the sequence', () => {
    const random = seededRandom(42);
    const experiments = 500;
    const lift = 0.3;
    const covered = { absolute: 0, relative: 0, sequential: 0 };
    const holds = ({ low, high }: { low: number; high: number }, truth: number): boolean =>
      low <= truth && truth <= high;
    for (let round = 0; round < experiments; round += 1) {
      const looks = runExperiment(random, 0.5, [0.2, 0.2 * (1 + lift)]);
      const { absolute, relative } = looks[looks.length - 1];
      if (holds(absolute, 0.2 * lift)) covered.absolute += 1;
      if (!isRefusal(relative.interval) && holds(relative.interval, lift)) covered.relative += 1;
      const always = looks.every(({ relative: { sequential } }) => isRefusal(sequential) || holds(sequential, lift));
      if (always) covered.sequential += 1;
    }
    for (const count of [covered.absolute, covered.relative]) {
      expect(count / experiments).toBeGreaterThan(0.925);
      expect(count / experiments).toBeLessThan(0.975);
    }
    expect(covered.sequential / experiments).toBeGreaterThan(0.95);
  });
});
