import { InferenceSession, Tensor } from 'onnxruntime-node';
import { SESSION_OPTIONS } from '@adlift/scoring';
import { serveTasks } from '../harness/contestant';
import { timedLoop, type LoopResult } from '../harness/timed-loop';
import { compileBenchEncoder, FIELDS, NUMBERS, variantColumns } from '../model/bench-bundle';

export interface RawTask {
  readonly n: number;
  readonly seconds: number;
}

const [, , file = ''] = process.argv;

/** The least there is: inputs made beforehand, one call of the runtime after another. */
async function main(): Promise<void> {
  const session = await InferenceSession.create(file, SESSION_OPTIONS);
  const encoder = compileBenchEncoder();
  serveTasks(async ({ n, seconds }: RawTask): Promise<LoopResult> => {
    const batches = Array.from({ length: 64 }, (_, v) => {
      const ids = new Int32Array(n * FIELDS);
      const numeric = new Float32Array(n * NUMBERS);
      encoder.encode(variantColumns(n, v), n, ids, numeric, new Uint8Array(n));
      return {
        ids: new Tensor('int32', ids, [n, FIELDS]),
        numeric: new Tensor('float32', numeric, [n, NUMBERS]),
      };
    });
    const fetches = { probability: new Tensor('float32', new Float32Array(n), [n]) };
    return timedLoop(seconds, async (i) => {
      await session.run(batches[i % batches.length] ?? {}, fetches);
    });
  });
}

void main();
