import { MessageBuffer } from './message-buffer';
import type { PredictAnswer } from './predict-answer';

const buffer = new MessageBuffer();

/** Protobuf bytes of a PredictResponse. */
export function encodePredictAnswer(answer: PredictAnswer): Buffer {
  writeAnswer(buffer.reset(), answer);
  return buffer.toBytes();
}

/** Protobuf bytes of a PredictStreamResponse that holds an answer, itself encoded already. */
export function encodeStreamAnswer(requestId: string, answer: Uint8Array): Buffer {
  buffer.reset().text(1, requestId);
  buffer.bytesField(2, answer);
  return buffer.toBytes();
}

/** Protobuf bytes of a PredictStreamResponse that says why there is no answer; `code` is a gRPC status code. */
export function encodeStreamError(requestId: string, code: number, message: string, field: string): Buffer {
  buffer.reset().text(1, requestId);
  const start = buffer.begin(3);
  buffer.uint(1, code);
  buffer.text(2, message);
  buffer.text(3, field);
  buffer.end(start);
  return buffer.toBytes();
}

/** Field numbers as in proto/adlift/v1/predictor.proto. */
function writeAnswer(out: MessageBuffer, answer: PredictAnswer): void {
  out.text(1, answer.predictionId);
  out.packedFloats(2, answer.pctr);
  out.packedFloats(3, answer.pctrRaw);
  out.packedFloats(4, answer.pcvr);
  out.packedUints(5, answer.ecpmMicros);
  out.packedUints(6, answer.rank);
  out.packedFloats(7, answer.propensity);
  for (const one of answer.assignments) {
    const start = out.begin(8);
    out.text(1, one.experiment);
    out.uint(2, one.phase);
    out.text(3, one.assigned);
    out.text(4, one.served);
    out.text(5, one.reason);
    out.text(6, one.flagDigest);
    out.end(start);
  }
  out.text(9, answer.model);
  out.text(10, answer.modelVersion);
  out.text(11, answer.bundleDigest);
  out.bool(12, answer.logged);
  out.double(13, answer.logRate);
  out.bool(14, answer.fallback);
  out.text(15, answer.fallbackSource);
  out.packedUints(16, answer.rowFlags);
  const timing = out.begin(17);
  out.uint(1, answer.timing.totalUs);
  out.uint(2, answer.timing.queueUs);
  out.uint(3, answer.timing.encodeUs);
  out.uint(4, answer.timing.inferenceUs);
  out.end(timing);
  for (const { index, token } of answer.tokens) {
    const start = out.begin(18);
    out.uint(1, index);
    out.text(2, token);
    out.end(start);
  }
  out.text(19, answer.ticket);
  out.text(20, answer.traceId);
  out.text(21, answer.requestId);
  out.bool(22, answer.explored);
  out.uint(23, answer.catalogueVersion);
  out.text(24, answer.budgetArm);
  out.double(25, answer.budgetShare);
}
