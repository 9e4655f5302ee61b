import type { ArmSums } from '@adlift/statistics';
import { restoreCovariates, storeCovariates, type StoredCovariates } from '../cuped/stored-covariates';
import { CLASSIC_METRICS } from '../metric/built-in-metrics';
import type { ReportInputs } from './report-inputs';
import type { ArmStatistics, PhaseStatistics } from './kept-statistics';

/** Exact integers are kept as text, which JSON does not round. */
type StoredSums = { readonly [sum in keyof ArmSums]: string };

type StoredArm = Omit<ArmStatistics, 'sums' | 'calibration'> & {
  readonly sums: Readonly<Record<string, StoredSums>>;
  readonly calibration: StoredSums;
};

/** Inputs of a report as JSON. */
export type StoredInputs = Omit<ReportInputs, 'metrics' | 'statistics' | 'covariates'> & {
  /** Absent where there were no others than the classic ones. */
  readonly metrics?: ReportInputs['metrics'];
  /** By metric; absent where none were counted. */
  readonly covariates?: Readonly<Record<string, StoredCovariates>>;
  readonly statistics: Omit<PhaseStatistics, 'arms'> & {
    readonly arms: Readonly<Record<string, StoredArm>>;
  };
};

/** The inputs as JSON, from which `restoreInputs` makes them again to the digit. */
export function storeInputs({ statistics, covariates, ...rest }: ReportInputs): StoredInputs {
  const arms = [...statistics.arms].map(([variant, arm]): [string, StoredArm] => [
    variant,
    {
      ...arm,
      sums: Object.fromEntries([...arm.sums].map(([metric, sums]) => [metric, storeSums(sums)])),
      calibration: storeSums(arm.calibration),
    },
  ]);
  const stored = Object.fromEntries(Array.from(covariates, ([metric, counted]) => [metric, storeCovariates(counted)]));
  return { ...rest, covariates: stored, statistics: { ...statistics, arms: Object.fromEntries(arms) } };
}

/** The inputs that were stored. */
export function restoreInputs({
  statistics,
  metrics = CLASSIC_METRICS,
  covariates = {},
  ...rest
}: StoredInputs): ReportInputs {
  const arms = Object.entries(statistics.arms).map(([variant, arm]): [string, ArmStatistics] => [
    variant,
    {
      ...arm,
      sums: new Map(Object.entries(arm.sums).map(([metric, sums]) => [metric, restoreSums(sums)])),
      calibration: restoreSums(arm.calibration),
    },
  ]);
  const counted = new Map(Object.entries(covariates).map(([metric, stored]) => [metric, restoreCovariates(stored)]));
  return { ...rest, metrics, covariates: counted, statistics: { ...statistics, arms: new Map(arms) } };
}

function storeSums(sums: ArmSums): StoredSums {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, String(sum)])) as StoredSums;
}

function restoreSums(sums: StoredSums): ArmSums {
  return {
    units: BigInt(sums.units),
    sumM: BigInt(sums.sumM),
    sumD: BigInt(sums.sumD),
    sumMM: BigInt(sums.sumMM),
    sumDD: BigInt(sums.sumDD),
    sumMD: BigInt(sums.sumMD),
    unitsWithM: BigInt(sums.unitsWithM),
  };
}
