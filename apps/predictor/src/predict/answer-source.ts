import { Injectable } from '@nestjs/common';
import type { VariantPlan } from '@adlift/assignment';
import { DomainError } from '@adlift/problem';
import type { PredictRequest } from '@adlift/wire';
import { AdCatalogue } from '../catalogue/ad-catalogue';
import { Admission } from '../degradation/admission';
import { SHED, type ShedLevel } from '../degradation/shed-level';
import { StandIns, type FallbackSource } from '../degradation/stand-ins';
import { ModelRepository, type ServedModel } from '../serving/model-repository';
import { ModelScorer, type Candidates, type NoScores } from '../serving/model-scorer';
import type { ModelScores } from '../serving/model-scores';
import { flagUnknownColumns, replaceNonFinite, uncalibrated } from './guard-scores';

/** Scores with where they came from. Arrays have one entry per candidate. */
export interface Answered {
  readonly pctr: Float32Array;
  readonly pctrRaw: Float32Array;
  /** Empty without a conversion model. */
  readonly pcvr: Float32Array;
  readonly rowFlags: Uint8Array;
  /** Milliseconds of each stage; waiting for the thread, both ways, is the queue. */
  readonly encodeMs: number;
  readonly queueMs: number;
  readonly inferenceMs: number;
  /** The models that really answered. */
  readonly ctr: ServedModel | undefined;
  readonly cvr: ServedModel | undefined;
  readonly fallback: boolean;
  /** Empty when the planned models answered. */
  readonly fallbackSource: FallbackSource | '';
  /** What was left out because of the load. */
  readonly shed: ShedLevel;
  readonly catalogueVersion: number;
  /** Those of the request, or of the catalogue when it sent none. */
  readonly campaignIds: readonly string[];
}

/** What is asked for, and the models that the plan names. */
interface Wanted {
  readonly request: PredictRequest;
  readonly candidates: Candidates;
  readonly campaignIds: readonly string[];
  readonly catalogueVersion: number;
  readonly ctr: ServedModel | undefined;
  readonly cvr: ServedModel | undefined;
  readonly shed: ShedLevel;
}

/** Kept back of a deadline for making the answer, so that one from a stand-in is not late itself. */
const ANSWERING_MS = 1;

/** The source of an answer: the planned models, or what stands in for them. There always is one. */
@Injectable()
export class AnswerSource {
  constructor(
    private readonly models: ModelRepository,
    private readonly scorer: ModelScorer,
    private readonly catalogue: AdCatalogue,
    private readonly admission: Admission,
    private readonly standIns: StandIns,
  ) {}

  /** Rejects with `overloaded` when the caller wants an error rather than a fallback, or when nothing else is left. */
  async answer(request: PredictRequest, plan: VariantPlan | undefined, deadline: number): Promise<Answered> {
    const { ctr: ctrReference, cvr: cvrReference } = plan ?? this.models.champions;
    const ctr = this.models.find(ctrReference);
    const cvr = this.models.find(cvrReference);
    const shed = this.admission.level(ctr, deadline - performance.now());
    if (shed >= SHED.reject || (shed >= SHED.light && request.onOverload === 'ERROR')) throw overloaded();
    const joined = this.catalogue.join(request);
    const wanted: Wanted = {
      request,
      candidates: { n: request.n, columns: joined.columns, deadline: deadline - ANSWERING_MS },
      campaignIds: joined.campaignIds,
      catalogueVersion: this.catalogue.version,
      ctr,
      cvr,
      shed,
    };
    if (shed >= SHED.prior) return this.standIn(wanted);
    // The light model says how likely a click is, whatever the one asked for predicts.
    const light = shed >= SHED.light && kindOf(ctr) === 'ctr' ? this.models.light : undefined;
    return this.fromModels(wanted, light ?? ctr, light === undefined ? '' : 'light_model');
  }

  private async fromModels(
    wanted: Wanted,
    model: ServedModel | undefined,
    source: FallbackSource | '',
  ): Promise<Answered> {
    if (model === undefined) return this.standIn(wanted);
    const { candidates, cvr, shed } = wanted;
    const clicking = this.scorer.score(candidates, model);
    const converting = cvr === undefined || shed >= SHED.conversion ? undefined : this.scorer.score(candidates, cvr);
    const click = await clicking;
    const conversion = await converting;
    if (typeof click !== 'string') return this.assembled(wanted, click, conversion, source);
    // A version that fails has one before it; a deadline that has passed leaves no time for another model.
    const previous = click === 'failed' && source === '' ? this.models.previous(kindOf(model)) : undefined;
    if (previous === undefined || previous.digest === model.digest) return this.standIn(wanted);
    return this.fromModels(wanted, previous, 'previous_model');
  }

  private assembled(
    wanted: Wanted,
    click: ModelScores,
    conversion: ModelScores | NoScores | undefined,
    source: FallbackSource | '',
  ): Answered {
    const { request, campaignIds, catalogueVersion, cvr, shed } = wanted;
    const { model, probability: pctr, rowFlags } = click;
    replaceNonFinite(pctr, rowFlags, () => this.standIns.priors(kindOf(model), model, request, campaignIds));
    flagUnknownColumns(request, click);
    this.standIns.remember(model, request, pctr);
    const converted = typeof conversion === 'object' ? conversion : undefined;
    if (converted !== undefined) {
      const { probability } = converted;
      replaceNonFinite(probability, converted.rowFlags, () => this.standIns.priors('cvr', cvr, request, campaignIds));
      for (let i = 0; i < rowFlags.length; i++) rowFlags[i] = (rowFlags[i] ?? 0) | (converted.rowFlags[i] ?? 0);
    }
    const guessed = cvr !== undefined && converted === undefined;
    const fallbackSource = source === '' && guessed ? 'conversion_prior' : source;
    return {
      pctr,
      pctrRaw: uncalibrated(pctr, model),
      pcvr: converted?.probability ?? (guessed ? this.standIns.priors('cvr', cvr, request, campaignIds) : NONE),
      rowFlags,
      encodeMs: click.encodeMs + (converted?.encodeMs ?? 0),
      queueMs: click.queueMs,
      inferenceMs: Math.max(click.inferenceMs, converted?.inferenceMs ?? 0),
      ctr: model,
      cvr: converted?.model,
      fallback: fallbackSource !== '',
      fallbackSource,
      shed,
      catalogueVersion,
      campaignIds,
    };
  }

  private standIn({ request, campaignIds, catalogueVersion, ctr, cvr, shed }: Wanted): Answered {
    const { scores, source } = this.standIns.scores(ctr, request, campaignIds);
    return {
      pctr: scores,
      pctrRaw: scores,
      pcvr: cvr === undefined ? NONE : this.standIns.priors('cvr', cvr, request, campaignIds),
      rowFlags: new Uint8Array(request.n),
      encodeMs: 0,
      queueMs: 0,
      inferenceMs: 0,
      ctr: undefined,
      cvr: undefined,
      fallback: true,
      fallbackSource: source,
      shed,
      catalogueVersion,
      campaignIds,
    };
  }
}

const NONE = new Float32Array(0);

/** Nearly always of clicks; a caller of a single model may ask one of conversions. */
function kindOf(model: ServedModel | undefined): 'ctr' | 'cvr' {
  return model?.manifest.kind ?? 'ctr';
}

function overloaded(): DomainError {
  return new DomainError('overloaded', 'more requests than can be answered in time', undefined, 1);
}
