import { crc32 } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import type { PredictRequest, TraceContext } from '@adlift/wire';
import { PredictObservers } from '../predict/predict-observers';
import { PredictService } from '../predict/predict.service';
import { Stopwatch } from '../trace/stopwatch';
import { requestedOutputs, type InferRequest } from './infer-request';
import type { Inferred } from './inferred';
import { featureInputs, tensorMetadata, type ModelMetadata } from './model-metadata';
import { OfferedModels } from './offered-models';
import { routerAnswer, ROUTER_OUTPUTS, TOKEN_OUTPUT } from './router-answer';
import { routerRequest, ROUTER_INPUTS } from './router-request';

/** Name and only version of the model that is no model: inferring with it is Predict, experiments included. */
export const ROUTER = { name: 'adlift', version: '1' } as const;

/** Predict behind the protocol: any of its clients takes part in experiments. */
@Injectable()
export class RouterInference {
  constructor(
    private readonly predict: PredictService,
    private readonly observers: PredictObservers,
    private readonly models: OfferedModels,
  ) {}

  /** Throws InvalidField; whatever else happens is answered, as Predict does. */
  async infer(request: InferRequest, trace: TraceContext, startedAt: number, deadline: number): Promise<Inferred> {
    const watch = new Stopwatch(startedAt);
    try {
      const wanted = requestedOutputs(request, Object.keys(ROUTER_OUTPUTS));
      const call = routerRequest(request, this.models.featureKinds, wanted.includes(TOKEN_OUTPUT));
      const fingerprint = fingerprintOf(call);
      const { answer } = await this.predict.predict(call, { trace, watch, deadline, fingerprint });
      const { encodeUs, queueUs, inferenceUs } = answer.timing;
      return {
        answer: { model: ROUTER.name, version: ROUTER.version, id: request.id, ...routerAnswer(answer, wanted) },
        rows: call.n,
        executed: !answer.fallback,
        encodeMs: encodeUs / 1000,
        queueMs: queueUs / 1000,
        inferenceMs: inferenceUs / 1000,
      };
    } catch (error) {
      this.observers.failed(error, trace, watch);
      throw error;
    }
  }

  /** Lists the champions' features; those of models in experiments are taken too. */
  metadata(): ModelMetadata {
    const features = new Map(this.models.champions.flatMap(featureInputs).map((input) => [input.name, input]));
    const own = [
      tensorMetadata(ROUTER_INPUTS.adId, 'BYTES'),
      tensorMetadata(ROUTER_INPUTS.campaignId, 'BYTES'),
      tensorMetadata(ROUTER_INPUTS.bidMicros, 'INT64'),
    ];
    return {
      name: ROUTER.name,
      versions: [ROUTER.version],
      platform: 'adlift_router',
      inputs: [...new Map([...features, ...own.map((input) => [input.name, input] as const)]).values()],
      outputs: Object.entries(ROUTER_OUTPUTS).map(([name, { datatype }]) => tensorMetadata(name, datatype)),
    };
  }
}

/** Throws `not_found` for any version of the router but its own. */
export function requireRouterVersion(version: string): void {
  if (version === '' || version === ROUTER.version) return;
  throw new DomainError('not_found', `there is no version "${version}" of "${ROUTER.name}", only "${ROUTER.version}"`);
}

/** Of all that the request says: the protocol has too many spellings of one request to take its bytes. */
function fingerprintOf({ rawColumns, columns: _columns, bidMicros, ...rest }: PredictRequest): number {
  const described = crc32(JSON.stringify([rest, [...bidMicros]]));
  return rawColumns.reduce((sum, column) => crc32(column, sum), described);
}
