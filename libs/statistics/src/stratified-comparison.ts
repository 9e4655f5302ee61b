import type { MetricKind } from './arm-estimate';
import type { ArmSums } from './arm-sums';
import { refuseValues } from './comparison';
import { inferEffect, type Comparison, type ComparisonOptions } from './effect';
import { exactQuotient } from './exact-quotient';
import { refuse, type Refusal } from './refusal';

/** The sums of both arms in one phase; within it the planned shares did not change. */
export interface PhaseSums {
  readonly control: ArmSums;
  readonly treatment: ArmSums;
}

/** The comparison over several phases, and which of them (by index) had two units in both arms and so took part. */
export interface StratifiedComparison {
  comparison: Comparison;
  phasesUsed: number[];
}

/**
 * Compares two arms over phases with different weights: each phase counts by its units in both arms, so that a phase in
 * which one arm had more traffic and all values were higher does not pass for an effect (stratification as in Cochran
 * 1977). Ratios are those of the weighted totals. Degrees of freedom by Welch and Satterthwaite over all strata.
 */
export function compareStratified(
  kind: MetricKind,
  phases: readonly PhaseSums[],
  options: ComparisonOptions & { scale?: number },
): StratifiedComparison | Refusal {
  const phasesUsed = phases.flatMap(({ control, treatment }, i) =>
    control.units >= 2n && treatment.units >= 2n ? [i] : [],
  );
  if (phasesUsed.length === 0) return refuse('no_units', 'No phase has two exposed units in both arms.');
  const used = phasesUsed.map((i) => phases[i]);
  const weights = used.map(({ control, treatment }) => control.units + treatment.units);
  const control = combine(
    kind,
    used.map((phase) => phase.control),
    weights,
    options.scale,
  );
  const treatment = combine(
    kind,
    used.map((phase) => phase.treatment),
    weights,
    options.scale,
  );
  if ('refused' in control) return control;
  if ('refused' in treatment) return treatment;
  const refusal = refuseValues(
    { value: control.mean, variance: control.variance },
    { value: treatment.mean, variance: treatment.variance },
  );
  if (refusal) return refusal;
  const variance = control.variance + treatment.variance;
  const comparison = inferEffect(
    {
      controlMean: control.mean,
      controlMeanVariance: control.variance,
      treatmentMean: treatment.mean,
      treatmentMeanVariance: treatment.variance,
      degreesOfFreedom: variance ** 2 / (control.satterthwaite + treatment.satterthwaite),
      units: Number(weights.reduce((sum, units) => sum + units, 0n)),
    },
    options,
  );
  return { comparison, phasesUsed };
}

interface CombinedArm {
  mean: number;
  /** Of the mean. */
  variance: number;
  /** Sum over strata of the square of each stratum's part of the variance over its degrees of freedom. */
  satterthwaite: number;
}

function combine(
  kind: MetricKind,
  strata: readonly ArmSums[],
  weights: readonly bigint[],
  scale = 1,
): CombinedArm | Refusal {
  const total = Number(weights.reduce((sum, units) => sum + units, 0n));
  let numerator = 0;
  let denominator = 0;
  strata.forEach(({ units, sumM, sumD }, i) => {
    const weight = Number(weights[i]) / total;
    numerator += weight * exactQuotient(sumM, units);
    denominator += kind === 'ratio' ? weight * exactQuotient(sumD, units) : weight;
  });
  if (!(denominator > 0)) return refuse('zero_denominator', "The units' denominators add up to zero.");
  const value = numerator / denominator;
  let variance = 0;
  let satterthwaite = 0;
  strata.forEach((sums, i) => {
    const share = Number(weights[i]) / total / denominator;
    const spread =
      kind === 'ratio' ? residualVariance(sums, value) : centred(sums.units, sums.sumM, sums.sumM, sums.sumMM);
    const part = (share * share * spread) / Number(sums.units);
    variance += part;
    satterthwaite += part ** 2 / (Number(sums.units) - 1);
  });
  return { mean: value * scale, variance: variance * scale ** 2, satterthwaite: satterthwaite * scale ** 4 };
}

/** Sample variance of m - value * d over the units of one stratum. */
function residualVariance({ units, sumM, sumD, sumMM, sumDD, sumMD }: ArmSums, value: number): number {
  const spread =
    centred(units, sumM, sumM, sumMM) -
    2 * value * centred(units, sumM, sumD, sumMD) +
    value * value * centred(units, sumD, sumD, sumDD);
  return Math.max(0, spread);
}

/** Sample covariance from sums and the sum of products. */
const centred = (units: bigint, first: bigint, second: bigint, products: bigint): number =>
  exactQuotient(units * products - first * second, units * (units - 1n));
