import { Injectable } from '@nestjs/common';
import { InvalidField, type Column, type PredictRequest } from '@adlift/wire';
import { AnswerSource, type Answered } from '../predict/answer-source';
import type { ServedModel } from '../serving/model-repository';
import { featureColumn } from './feature-column';
import { requestedOutputs, type InferRequest } from './infer-request';
import type { Inferred } from './inferred';
import { featureKind, outputNames } from './model-metadata';
import type { OutputTensor } from './tensor/output-tensor';

/** Scores rows with one served model: no routing, no ranking, no log. */
@Injectable()
export class ModelInference {
  constructor(private readonly source: AnswerSource) {}

  /** Throws InvalidField; a model that cannot run is answered for by its prior, marked as a fallback. */
  async infer(request: InferRequest, model: ServedModel, deadline: number): Promise<Inferred> {
    const { score, raw, flags } = outputNames(model);
    const wanted = requestedOutputs(request, [score, raw, flags]);
    const n = rowsOf(request);
    const columns = columnsOf(request, model, n);
    const answered = await this.score(columns, n, model, deadline);
    const offered: Readonly<Record<string, OutputTensor>> = {
      [score]: { name: score, datatype: 'FP32', values: answered.pctr },
      [raw]: { name: raw, datatype: 'FP32', values: answered.pctrRaw },
      [flags]: { name: flags, datatype: 'UINT32', values: Uint32Array.from(answered.rowFlags) },
    };
    const { fallback, fallbackSource } = answered;
    return {
      answer: {
        model: model.manifest.name,
        version: model.manifest.version,
        id: request.id,
        parameters: {
          bundle_digest: model.digest,
          ...(fallback && { fallback, fallback_source: fallbackSource }),
        },
        outputs: wanted.map((name) => offered[name]).filter((tensor) => tensor !== undefined),
      },
      rows: n,
      executed: !fallback,
      encodeMs: answered.encodeMs,
      queueMs: answered.queueMs,
      inferenceMs: answered.inferenceMs,
    };
  }

  /** The one place where this protocol asks a single model. */
  private score(
    columns: ReadonlyMap<string, Column>,
    n: number,
    model: ServedModel,
    deadline: number,
  ): Promise<Answered> {
    const plan = { ctr: model.reference, explore: 0, currency: '', phase: 0 };
    return this.source.answer(rowsOnly(columns, n), plan, deadline);
  }
}

function rowsOf({ inputs }: InferRequest): number {
  if (inputs.length === 0) throw new InvalidField('inputs', 'at least one input is needed');
  return inputs.reduce((most, { rows }) => Math.max(most, rows), 1);
}

function columnsOf({ inputs }: InferRequest, model: ServedModel, n: number): Map<string, Column> {
  const kinds = new Map(model.manifest.features.features.map((feature) => [feature.name, featureKind(feature)]));
  const columns = new Map<string, Column>();
  for (const tensor of inputs) {
    const { name, path, rows } = tensor;
    const kind = kinds.get(name);
    if (kind === undefined) throw new InvalidField(path, `is no feature of "${model.reference}"`);
    if (rows !== 1 && rows !== n) throw new InvalidField(`${path}.shape`, `must be [1] or [${n}], as other inputs are`);
    columns.set(name, featureColumn(tensor, kind));
  }
  return columns;
}

/** Rows without anything that routes, ranks or logs them. */
function rowsOnly(columns: ReadonlyMap<string, Column>, n: number): PredictRequest {
  return {
    requestId: '',
    unitId: '',
    sessionId: '',
    privacy: 'LIMITED',
    routing: {},
    n,
    adIds: [],
    columns,
    bidMicros: new Float64Array(0),
    bidType: 'CPC',
    currency: '',
    wantTokens: 0,
    onOverload: 'FALLBACK',
    forceVariant: '',
    placement: '',
    campaignIds: [],
    rawColumns: [],
  };
}
