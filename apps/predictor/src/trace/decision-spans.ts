import { randomBytes } from 'node:crypto';
import type { SpanAttributes, SpanRecord } from '@adlift/telemetry';
import { uuidV7RandomHex, type TraceContext, type PredictAnswer } from '@adlift/wire';
import { STAGES, type Stopwatch } from './stopwatch';

/** A decision that is to be traced: recorded while it ran, turned into spans only when it is kept. */
export interface TracedDecision {
  readonly service: string;
  readonly trace: TraceContext;
  readonly watch: Stopwatch;
  readonly answer: PredictAnswer;
  /** The method that was called, as in "adlift.v1.Predictor/Predict". */
  readonly method: string;
  readonly keptBecause: 'head' | 'fallback' | 'slow';
}

/** The root span of a decision and one child for each of its stages; the children's durations add up to the root's. */
export function decisionSpans(decision: TracedDecision): SpanRecord[] {
  const { service, trace, watch, answer, method, keptBecause } = decision;
  const root = uuidV7RandomHex(answer.predictionId);
  const startNs = toEpochNs(watch.startedAt);
  const ids = randomBytes(STAGES.length * 8).toString('hex');
  let offsetNs = 0n;
  const children = STAGES.flatMap((stage, i): SpanRecord[] => {
    const durationNs = BigInt(Math.round(watch.of(stage) * 1e6));
    const span: SpanRecord = {
      traceId: trace.traceId,
      spanId: ids.slice(16 * i, 16 * i + 16),
      parentSpanId: root,
      name: stage,
      kind: 'internal',
      service,
      startNs: startNs + offsetNs,
      durationNs,
      status: 'unset',
      statusMessage: '',
      attributes: stageAttributes(stage, answer),
      links: [],
      events: stage === 'flag_evaluation' ? flagEvents(startNs + offsetNs, answer) : [],
    };
    offsetNs += durationNs;
    // A fallback has no model run to show.
    return durationNs === 0n && answer.fallback ? [] : [span];
  });
  const rootSpan: SpanRecord = {
    traceId: trace.traceId,
    spanId: root,
    parentSpanId: trace.parentSpanId,
    name: method,
    kind: 'server',
    service,
    startNs,
    durationNs: offsetNs,
    status: 'unset',
    statusMessage: '',
    attributes: { ...rootAttributes(method, answer), 'adlift.kept_because': keptBecause },
    links: [],
    events: [],
  };
  return [rootSpan, ...children];
}

/** performance.now() milliseconds as nanoseconds since the Unix epoch. */
export function toEpochNs(nowMs: number): bigint {
  return BigInt(Math.round((performance.timeOrigin + nowMs) * 1000)) * 1000n;
}

function rootAttributes(method: string, answer: PredictAnswer): SpanAttributes {
  const [first] = answer.assignments;
  return {
    'rpc.system': 'grpc',
    'rpc.method': method,
    'rpc.response.status_code': 'OK',
    'adlift.prediction_id': answer.predictionId,
    'adlift.candidates': answer.pctr.length,
    'adlift.model': `${answer.model}@${answer.modelVersion}`,
    'adlift.model.digest': answer.bundleDigest,
    'adlift.catalogue_version': answer.catalogueVersion,
    'adlift.fallback': answer.fallback,
    'adlift.explored': answer.explored,
    ...(answer.fallback ? { 'adlift.fallback.source': answer.fallbackSource } : {}),
    ...(first === undefined
      ? {}
      : {
          'adlift.experiment': first.experiment,
          'adlift.phase': first.phase,
          'adlift.variant.assigned': first.assigned,
          'adlift.variant.served': first.served,
        }),
  };
}

function stageAttributes(stage: (typeof STAGES)[number], answer: PredictAnswer): SpanAttributes {
  if (stage === 'inference') return { 'adlift.model.digest': answer.bundleDigest, 'adlift.rows': answer.pctr.length };
  if (stage === 'respond') return { 'adlift.tokens': answer.tokens.length, 'adlift.logged': answer.logged };
  return {};
}

/** One `feature_flag.evaluation` event per experiment, as the semantic conventions name it. */
function flagEvents(timeNs: bigint, answer: PredictAnswer): SpanRecord['events'] {
  return answer.assignments.map(({ experiment, assigned, reason, flagDigest }) => ({
    timeNs,
    name: 'feature_flag.evaluation',
    attributes: {
      'feature_flag.key': experiment,
      'feature_flag.provider.name': 'unleash',
      'feature_flag.result.variant': assigned,
      'feature_flag.result.reason': reason,
      'feature_flag.version': flagDigest,
    },
  }));
}
