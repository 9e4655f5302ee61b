import { refuseValues } from './comparison';
import { poolCrossSums, sumOf, type CrossSums, type Quantity } from './cross-sums';
import { inferEffect, type Comparison, type ComparisonOptions } from './effect';
import { linearisedCovariance, quantityValue } from './linearised-covariance';
import { solveNormalEquations } from './normal-equations';
import { refuse, type Refusal } from './refusal';
import { welchDegreesOfFreedom } from './welch';

/**
 * What is compared and what is taken out of it first. Covariates must be fixed before the unit's first exposure;
 * nothing that a variant itself predicts may be one.
 */
export interface CovariateModel {
  readonly outcome: Quantity;
  readonly covariates: readonly Quantity[];
}

/**
 * Coefficients of the covariates (Deng, Xu, Kohavi and Walker 2013): cov/var of the linearised quantities, from the
 * sums of all arms together, so that the same ones serve every pair. Several covariates by the normal equations; one
 * that is constant, or a combination of those before it, gets 0. Refuses fewer than two units or a zero denominator.
 */
export function cupedCoefficients(
  arms: readonly CrossSums[],
  { outcome, covariates }: CovariateModel,
): number[] | Refusal {
  const pooled = poolCrossSums(arms);
  const refusal = refuseSums(pooled, [outcome, ...covariates]);
  if (refusal) return refusal;
  return solveNormalEquations(
    covariates.map((row) => covariates.map((column) => linearisedCovariance(pooled, row, column))),
    covariates.map((covariate) => linearisedCovariance(pooled, covariate, outcome)),
  );
}

/**
 * Compares two arms after taking out what the covariates explain, with the given coefficients; the lift is relative to
 * the control value as measured, not as adjusted. `scale` turns the outcome into what is shown and enters the
 * coefficients' side as well. Refuses as `compareArms` does; throws RangeError for sums of other variables.
 */
export function compareWithCovariates(
  control: CrossSums,
  treatment: CrossSums,
  model: CovariateModel & { readonly coefficients: readonly number[]; readonly scale?: number },
  options: ComparisonOptions,
): Comparison | Refusal {
  const quantities = [model.outcome, ...model.covariates];
  const refusal = refuseSums(control, quantities) ?? refuseSums(treatment, quantities);
  if (refusal) return refusal;
  if (model.coefficients.length !== model.covariates.length) {
    throw new RangeError(`${model.coefficients.length} coefficients for ${model.covariates.length} covariates`);
  }
  const a = adjustArm(control, model);
  const b = adjustArm(treatment, model);
  const refusedValues = refuseValues(a, b);
  if (refusedValues) return refusedValues;
  const adjusted = { control: adjustedVariance(a), treatment: adjustedVariance(b) };
  if (adjusted.control === 0 && adjusted.treatment === 0) {
    return refuse('zero_variance', 'The covariates leave no spread between units.');
  }
  return inferEffect(
    {
      controlMean: a.value,
      controlMeanVariance: a.variance / a.units,
      treatmentMean: b.value - b.explained + a.explained,
      treatmentMeanVariance: adjusted.treatment / b.units + a.explainedVariance / a.units,
      meanCovariance: a.sharedVariance / a.units,
      degreesOfFreedom: welchDegreesOfFreedom(
        { units: a.units, value: a.value, variance: adjusted.control },
        { units: b.units, value: b.value, variance: adjusted.treatment },
      ),
      units: a.units + b.units,
    },
    options,
  );
}

interface AdjustedArm {
  units: number;
  value: number;
  variance: number;
  /** Theta times the covariates' values. */
  explained: number;
  /** Variance of theta times the covariates, per unit. */
  explainedVariance: number;
  /** Covariance of the outcome with theta times the covariates, per unit. */
  sharedVariance: number;
}

function adjustArm(
  sums: CrossSums,
  { outcome, covariates, coefficients, scale = 1 }: Parameters<typeof compareWithCovariates>[2],
): AdjustedArm {
  const arm: AdjustedArm = {
    units: Number(sums.units),
    value: quantityValue(sums, outcome) * scale,
    variance: linearisedCovariance(sums, outcome, outcome) * scale * scale,
    explained: 0,
    explainedVariance: 0,
    sharedVariance: 0,
  };
  covariates.forEach((covariate, i) => {
    const theta = coefficients[i] * scale;
    arm.explained += theta * quantityValue(sums, covariate);
    arm.sharedVariance += theta * scale * linearisedCovariance(sums, outcome, covariate);
    covariates.forEach((other, j) => {
      arm.explainedVariance += theta * coefficients[j] * scale * linearisedCovariance(sums, covariate, other);
    });
  });
  return arm;
}

/** Rounding may leave a hair below 0 where the covariates explain everything. */
const adjustedVariance = ({ variance, explainedVariance, sharedVariance }: AdjustedArm): number =>
  Math.max(0, variance - 2 * sharedVariance + explainedVariance);

function refuseSums(sums: CrossSums, quantities: readonly Quantity[]): Refusal | undefined {
  if (sums.units === 0n) return refuse('no_units', 'The arm has no exposed unit.');
  if (sums.units === 1n) return refuse('one_unit', 'One exposed unit says nothing about the spread between units.');
  for (const { denominator } of quantities) {
    if (sumOf(sums, denominator) <= 0n) {
      return refuse('zero_denominator', "The units' denominators add up to zero.");
    }
  }
  return undefined;
}
