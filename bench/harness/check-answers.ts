import { InferenceSession, Tensor } from 'onnxruntime-node';
import { SESSION_OPTIONS } from '@adlift/scoring';
import { decodePredictRequest } from '@adlift/wire';
import { BenchRequests } from '../model/bench-requests';
import { FIELDS, NUMBERS } from '../model/bench-bundle';
import type { BenchStack } from './bench-stack';
import { answerOf, PredictLoad } from './predict-load';

const CHECKED = 20;
const TOLERANCE = 1e-6;

/** Throws when the served probabilities differ from a raw session's on the same rows: only right answers are timed. */
export async function checkAnswers({ stack, model, onnxFile }: BenchStack, n: number): Promise<void> {
  const session = await InferenceSession.create(onnxFile, SESSION_OPTIONS);
  const load = new PredictLoad(stack.grpcAddress, new BenchRequests(n, 'check'));
  const same = new BenchRequests(n, 'check');
  try {
    for (let i = 0; i < CHECKED; i++) {
      const answer = answerOf(await load.unary());
      const { columns } = decodePredictRequest(same.next());
      const ids = new Int32Array(n * FIELDS);
      const numeric = new Float32Array(n * NUMBERS);
      model.encoder.encode(columns, n, ids, numeric, new Uint8Array(n));
      const { probability } = await session.run({
        ids: new Tensor('int32', ids, [n, FIELDS]),
        numeric: new Tensor('float32', numeric, [n, NUMBERS]),
      });
      const expected = probability?.data as Float32Array;
      answer.pctr.forEach((p, row) => {
        if (answer.fallback || !(Math.abs(p - (expected[row] ?? NaN)) <= TOLERANCE)) {
          throw new Error(
            `row ${row} of request ${i}: served ${p}${answer.fallback ? ' from a fallback' : ''}, a raw session gives ${expected[row]}`,
          );
        }
      });
    }
  } finally {
    load.close();
    await session.release();
  }
}
