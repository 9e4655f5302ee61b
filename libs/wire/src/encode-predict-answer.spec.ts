import fc from 'fast-check';
import { decodePredictAnswer } from './decode-predict-answer';
import { encodePredictAnswer, encodeStreamAnswer, encodeStreamError } from './encode-predict-answer';
import { adlift } from './generated/adlift';
import type { PredictAnswer } from './predict-answer';

const { PredictResponse, PredictStreamResponse } = adlift.v1;
const text = fc.string({ unit: 'grapheme', maxLength: 90 });
const micros = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

const answers = fc.integer({ min: 0, max: 130 }).chain((n) => {
  const floats = fc
    .array(fc.float({ noNaN: true }), { minLength: n, maxLength: n })
    .map((all) => Float32Array.from(all));
  return fc.record<PredictAnswer>({
    predictionId: text,
    requestId: text,
    pctr: floats,
    pctrRaw: floats,
    pcvr: floats,
    ecpmMicros: fc.array(micros, { minLength: n, maxLength: n }).map((all) => Float64Array.from(all)),
    rank: fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 })).map((all) => Uint32Array.from(all)),
    propensity: fc.array(fc.double({ noNaN: true })).map((all) => Float64Array.from(all)),
    explored: fc.boolean(),
    assignments: fc.array(
      fc.record({ experiment: text, phase: fc.nat(), assigned: text, served: text, reason: text, flagDigest: text }),
      { maxLength: 3 },
    ),
    model: text,
    modelVersion: text,
    bundleDigest: text,
    logged: fc.boolean(),
    logRate: fc.double({ noNaN: true, min: 0, max: 1 }),
    fallback: fc.boolean(),
    fallbackSource: text,
    rowFlags: fc.uint8Array(),
    timing: fc.record({ totalUs: fc.nat(), queueUs: fc.nat(), encodeUs: fc.nat(), inferenceUs: fc.nat() }),
    tokens: fc.array(fc.record({ index: fc.nat(), token: fc.string({ unit: 'grapheme-ascii', maxLength: 400 }) }), {
      maxLength: 5,
    }),
    ticket: text,
    traceId: text,
    catalogueVersion: fc.nat(),
    budgetArm: text,
    budgetShare: fc.double({ noNaN: true, min: 0, max: 1 }),
  });
});

/** The fields of a decoded message that `like` has; a default is read where nothing was on the wire. */
function fieldsLike(message: unknown, like: unknown): unknown {
  if (ArrayBuffer.isView(like)) return Array.from(message as number[]);
  if (Array.isArray(like)) return like.map((one, i) => fieldsLike((message as unknown[])[i], one));
  if (typeof like !== 'object' || like === null) return message;
  const source = message as Record<string, unknown>;
  return Object.fromEntries(Object.entries(like).map(([key, one]) => [key, fieldsLike(source[key], one)]));
}

/** An answer with ordinary arrays. */
function plain(answer: PredictAnswer): object {
  return Object.fromEntries(
    Object.entries(answer).map(([key, value]) => [
      key,
      ArrayBuffer.isView(value) ? Array.from(value as unknown as number[]) : (value as unknown),
    ]),
  );
}

describe('encodePredictAnswer', () => {
  it('writes what the generated decoder reads back, and our own as it was, for any answer', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const bytes = encodePredictAnswer(answer);
        expect(fieldsLike(PredictResponse.decode(bytes), answer)).toEqual(plain(answer));
        expect(decodePredictAnswer(bytes)).toEqual(answer);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('wraps an answer, and an error, for the stream', () => {
    const [answer] = fc.sample(answers, { seed: 2, numRuns: 1 });
    const wrapped = PredictStreamResponse.decode(encodeStreamAnswer(answer.requestId, encodePredictAnswer(answer)));
    expect(wrapped.requestId).toBe(answer.requestId);
    expect(fieldsLike(wrapped.answer, answer)).toEqual(plain(answer));
    const failed = PredictStreamResponse.decode(encodeStreamError('r', 3, 'must be 1 to 1000', 'n'));
    expect({ ...failed.error }).toEqual({ code: 3, message: 'must be 1 to 1000', field: 'n' });
    expect(failed.requestId).toBe('r');
  });
});
