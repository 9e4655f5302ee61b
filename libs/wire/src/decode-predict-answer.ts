import { adlift } from './generated/adlift';
import type { PredictAnswer } from './predict-answer';

/** The answer in the protobuf bytes of a PredictResponse that this process encoded. */
export function decodePredictAnswer(bytes: Uint8Array): PredictAnswer {
  const answer = adlift.v1.PredictResponse.decode(bytes);
  return {
    predictionId: answer.predictionId,
    requestId: answer.requestId,
    pctr: Float32Array.from(answer.pctr),
    pctrRaw: Float32Array.from(answer.pctrRaw),
    pcvr: Float32Array.from(answer.pcvr),
    ecpmMicros: Float64Array.from(answer.ecpmMicros),
    rank: Uint32Array.from(answer.rank),
    propensity: Float64Array.from(answer.propensity),
    explored: answer.explored,
    assignments: answer.assignments.map((one) => ({
      experiment: one.experiment ?? '',
      phase: one.phase ?? 0,
      assigned: one.assigned ?? '',
      served: one.served ?? '',
      reason: one.reason ?? '',
      flagDigest: one.flagDigest ?? '',
    })),
    model: answer.model,
    modelVersion: answer.modelVersion,
    bundleDigest: answer.bundleDigest,
    logged: answer.logged,
    logRate: answer.logRate,
    fallback: answer.fallback,
    fallbackSource: answer.fallbackSource,
    rowFlags: Uint8Array.from(answer.rowFlags),
    timing: {
      totalUs: answer.timing?.totalUs ?? 0,
      queueUs: answer.timing?.queueUs ?? 0,
      encodeUs: answer.timing?.encodeUs ?? 0,
      inferenceUs: answer.timing?.inferenceUs ?? 0,
    },
    tokens: answer.tokens.map(({ index, token }) => ({ index: index ?? 0, token: token ?? '' })),
    ticket: answer.ticket,
    traceId: answer.traceId,
    catalogueVersion: answer.catalogueVersion,
    budgetArm: answer.budgetArm,
    budgetShare: answer.budgetShare,
  };
}
