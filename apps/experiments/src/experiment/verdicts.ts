import type { Verdict } from '@adlift/client';

/** What the analysis says of a running experiment, as far as its ramp depends on it. */
export interface VerdictNow {
  readonly verdict: Verdict;
  /** Machine-readable. */
  readonly reasons: readonly string[];
  /** Units exposed in all arms of the phase. */
  readonly exposedUnits: number;
}

/** Where verdicts come from. */
export abstract class Verdicts {
  abstract of(key: string): Promise<VerdictNow>;
}
