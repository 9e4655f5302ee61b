import { Injectable } from '@nestjs/common';
import type { ShadowReport, ShadowSummary, ShownCandidates } from '@adlift/client';
import { emptyArmSums, estimateArm, isRefusal } from '@adlift/statistics';
import { ExperimentService } from '../experiment/experiment.service';
import { pairKey, ShadowSums, type ScoreSums, type ShownSums } from './shadow-sums';

const NO_SCORES: ScoreSums = {
  predictions: 0,
  candidates: 0,
  notFinite: 0,
  served: 0,
  shadow: 0,
  absoluteDifference: 0,
};
const NOT_SHOWN: ShownSums = { loss: emptyArmSums(), clicks: 0n, served: 0n, shadow: 0n };
/** Probabilities and log-losses are summed in units of this. */
const FIXED_POINT = 1e-9;

/** Compares shadow variants with what was served, pair by pair. */
@Injectable()
export class ShadowService {
  constructor(
    private readonly experiments: ExperimentService,
    private readonly sums: ShadowSums,
  ) {}

  /** Throws `not_found`. */
  async report(key: string): Promise<ShadowReport> {
    const { state, phase, design } = await this.experiments.current(key);
    const shadows = design.shadow ?? [];
    const [scores, shown] =
      shadows.length === 0
        ? [new Map<string, ScoreSums>(), new Map<string, ShownSums>()]
        : await Promise.all([this.sums.scores(key, phase), this.sums.shown(key, phase)]);
    return {
      experiment: { key, state, phase },
      shadows: shadows.flatMap(({ name, ctr, rate }) =>
        design.variants.map((variant) => {
          const pair = pairKey(name, variant.name);
          const summary = summaryOf(scores.get(pair) ?? NO_SCORES, shown.get(pair) ?? NOT_SHOWN);
          return { shadow: name, model: ctr, rate, variant: variant.name, ...summary };
        }),
      ),
    };
  }
}

type Figures = Omit<ShadowSummary, 'shadow' | 'model' | 'rate' | 'variant'>;

function summaryOf(scores: ScoreSums, shown: ShownSums): Figures {
  const { predictions, candidates, notFinite } = scores;
  const finite = candidates - notFinite;
  const mean = (sum: number): number | null => (finite === 0 ? null : sum / finite);
  return {
    predictions,
    candidates,
    notFinite,
    meanServed: mean(scores.served),
    meanShadow: mean(scores.shadow),
    meanAbsoluteDifference: mean(scores.absoluteDifference),
    shown: shownFigures(shown),
  };
}

function shownFigures({ loss, clicks, served, shadow }: ShownSums): ShownCandidates {
  const estimate = estimateArm('ratio', loss, FIXED_POINT);
  const calibration = (predicted: bigint): number | null =>
    clicks === 0n ? null : (Number(predicted) * FIXED_POINT) / Number(clicks);
  return {
    units: Number(loss.units),
    impressions: Number(loss.sumD),
    clicks: Number(clicks),
    logLossDifference: isRefusal(estimate)
      ? estimate
      : { value: estimate.value, standardError: Math.sqrt(estimate.variance / estimate.units) },
    calibration: { served: calibration(served), shadow: calibration(shadow) },
  };
}
