import { SAMPLE_RATIO_GATE_LOG_BAYES_FACTOR, sampleRatioBayesFactor } from '@adlift/statistics';
import { Stream, uniform } from '../market/index';
import { judgeShare } from './proof-row';
import { simulation } from './simulation';

const RUNS = 2000;
const UNITS = 200_000;
const LOOKS = 50;

/** Whether the gate of an experiment planned as 50/50 failed: for a tilted split at its end, for a sound one at any look. */
export interface SampleRatioOutcome {
  readonly tilted: boolean;
  readonly sound: boolean;
}

/** The gate against units that do not come in their planned shares. */
export const sampleRatio = simulation<null, SampleRatioOutcome>({
  about: '51/49 in place of 50/50 at 200,000 units, and a sound split',
  runs: RUNS,
  makeContext: () => null,
  prepare: () => (seed) => ({ tilted: failsAt(seed, 0.51, 1), sound: failsAt(seed, 0.5, LOOKS) }),
  judge: (outcomes) => [
    judgeShare(
      {
        name: 'sample ratio: 51/49 at 200,000 units planned as 50/50 is caught',
        bounds: { low: 0.99, high: 1 },
        holds: ({ tilted }: SampleRatioOutcome) => tilted,
      },
      outcomes,
      RUNS,
    ),
    judgeShare(
      {
        name: `sample ratio: a sound split passes at each of ${LOOKS} looks`,
        bounds: { low: 0.999, high: 1 },
        holds: ({ sound }: SampleRatioOutcome) => !sound,
      },
      outcomes,
      RUNS,
    ),
  ],
});

/** Whether the gate fails at one of `looks` equally spaced looks, with the arms that the market draws. */
function failsAt(seed: number, share: number, looks: number): boolean {
  let first = 0;
  for (let unit = 0; unit < UNITS; unit++) {
    if (uniform(seed, Stream.arm, unit) < share) first++;
    const seen = unit + 1;
    if (seen % (UNITS / looks) !== 0) continue;
    const { logBayesFactor } = sampleRatioBayesFactor([first, seen - first], [1, 1]);
    if (logBayesFactor > SAMPLE_RATIO_GATE_LOG_BAYES_FACTOR) return true;
  }
  return false;
}
