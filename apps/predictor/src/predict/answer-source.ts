import { Injectable, Logger } from '@nestjs/common';
import type { VariantPlan } from '@adlift/assignment';
import type { PredictRequest } from '@adlift/wire';
import { AdCatalogue } from '../catalogue/ad-catalogue';
import { priorScores } from '../degradation/prior';
import {
  CandidateScorer,
  SCORE_NOT_FINITE,
  UNKNOWN_COLUMN,
  type Candidates,
  type Scores,
} from '../serving/candidate-scorer';
import { ModelRepository, type ServedModel } from '../serving/model-repository';

/** Scores of the planned models, or of what stands in for them. `ctr` and `cvr` are the models that really answered. */
interface Scored extends Scores {
  readonly pctrRaw: Float32Array;
  readonly ctr: ServedModel | undefined;
  readonly cvr: ServedModel | undefined;
  readonly fallback: boolean;
  /** '' or 'prior'. */
  readonly fallbackSource: string;
}

/** Scores with where they came from, and what the ad catalogue added to the request. */
export interface Answered extends Scored {
  readonly catalogueVersion: number;
  /** Those of the request, or of the catalogue when it sent none. */
  readonly campaignIds: readonly string[];
}

/** The source of an answer: the planned models, or a prior when they cannot answer. There always is one. */
@Injectable()
export class AnswerSource {
  private readonly logger = new Logger('predict');
  private complaint = '';

  constructor(
    private readonly models: ModelRepository,
    private readonly scorer: CandidateScorer,
    private readonly catalogue: AdCatalogue,
  ) {}

  async answer(request: PredictRequest, plan: VariantPlan | undefined, deadline: number): Promise<Answered> {
    const joined = this.catalogue.join(request);
    const { version: catalogueVersion } = this.catalogue;
    const scored = await this.score(request, { n: request.n, columns: joined.columns, deadline }, plan);
    return { ...scored, catalogueVersion, campaignIds: joined.campaignIds };
  }

  private async score(request: PredictRequest, candidates: Candidates, plan: VariantPlan | undefined): Promise<Scored> {
    const wanted = plan ?? this.models.champions;
    const ctr = this.models.find(wanted.ctr);
    const cvr = this.models.find(wanted.cvr);
    if (ctr === undefined) return prior(request, ctr, cvr);
    try {
      const scores = await this.scorer.score(candidates, ctr, cvr);
      return guarded(request, scores, ctr, cvr);
    } catch (error) {
      this.complain(error as Error);
      return prior(request, ctr, cvr);
    }
  }

  private complain({ message }: Error): void {
    if (message !== this.complaint) this.logger.warn(`answering from priors: ${message}`);
    this.complaint = message;
  }
}

function prior(request: PredictRequest, ctr: ServedModel | undefined, cvr: ServedModel | undefined): Scored {
  const { n } = request;
  const pctr = priorScores(ctr, 'ctr', n);
  return {
    pctr,
    pctrRaw: pctr,
    pcvr: cvr === undefined ? new Float32Array(0) : priorScores(cvr, 'cvr', n),
    rowFlags: new Uint8Array(n),
    encodeMs: 0,
    queueMs: 0,
    inferenceMs: 0,
    ctr: undefined,
    cvr: undefined,
    fallback: true,
    fallbackSource: 'prior',
  };
}

/** A row without a finite score gets the prior and a flag, and its neighbours keep theirs. */
function guarded(request: PredictRequest, scores: Scores, ctr: ServedModel, cvr: ServedModel | undefined): Scored {
  const { rowFlags } = scores;
  replaceNonFinite(scores.pctr, rowFlags, ctr, 'ctr');
  if (cvr !== undefined) replaceNonFinite(scores.pcvr, rowFlags, cvr, 'cvr');
  // Only the caller's own: the catalogue holds features for many models.
  if (!ctr.encoder.knowsAll(request.columns))
    for (let i = 0; i < rowFlags.length; i++) rowFlags[i] = (rowFlags[i] ?? 0) | UNKNOWN_COLUMN;
  return { ...scores, pctrRaw: uncalibrated(scores.pctr, ctr), ctr, cvr, fallback: false, fallbackSource: '' };
}

function replaceNonFinite(scores: Float32Array, rowFlags: Uint8Array, model: ServedModel, kind: 'ctr' | 'cvr'): void {
  if (allFinite(scores)) return;
  const substitute = priorScores(model, kind, scores.length);
  scores.forEach((score, i) => {
    if (Number.isFinite(score)) return;
    scores[i] = substitute[i] ?? 0;
    rowFlags[i] = (rowFlags[i] ?? 0) | SCORE_NOT_FINITE;
  });
}

function allFinite(scores: Float32Array): boolean {
  for (let i = 0; i < scores.length; i++) if (!Number.isFinite(scores[i])) return false;
  return true;
}

/** The calibration q = sigma(a logit(p) + b) sits inside the graph; undone here for those who look at p. */
function uncalibrated(pctr: Float32Array, { manifest }: ServedModel): Float32Array {
  const { a, b } = manifest.calibration;
  if (a === 1 && b === 0) return pctr;
  return pctr.map((q) => 1 / (1 + Math.exp(-(Math.log(q / (1 - q)) - b) / a)));
}
