import { InferenceSession, Tensor } from 'onnxruntime-node';
import { guardOutputs, SESSION_OPTIONS } from '@adlift/scoring';
import { decodePredictRequest } from '@adlift/wire';
import { serveTasks } from '../harness/contestant';
import { timedLoop, type LoopResult } from '../harness/timed-loop';
import { compileBenchEncoder, FIELDS, NUMBERS } from '../model/bench-bundle';
import { BenchRequests } from '../model/bench-requests';
import type { RawTask } from './raw-loop';

const [, , file = ''] = process.argv;

/** From the bytes of a request to guarded probabilities on one thread: decode, encode, run, guard. */
async function main(): Promise<void> {
  const session = await InferenceSession.create(file, SESSION_OPTIONS);
  const encoder = compileBenchEncoder();
  serveTasks(async ({ n, seconds }: RawTask): Promise<LoopResult> => {
    const requests = new BenchRequests(n, 'score');
    const bodies = Array.from({ length: 64 }, () => Buffer.concat(requests.next()));
    const ids = new Int32Array(n * FIELDS);
    const numeric = new Float32Array(n * NUMBERS);
    const raw = new Float32Array(n);
    const probability = new Float32Array(n);
    const feeds = { ids: new Tensor('int32', ids, [n, FIELDS]), numeric: new Tensor('float32', numeric, [n, NUMBERS]) };
    const fetches = { probability: new Tensor('float32', raw, [n]) };
    const output = { name: 'probability', kind: 'probability', shape: 'n' } as const;
    return timedLoop(seconds, async (i) => {
      const { columns } = decodePredictRequest(bodies[i % bodies.length] ?? Buffer.alloc(0));
      encoder.encode(columns, n, ids, numeric, new Uint8Array(n));
      await session.run(feeds, fetches);
      guardOutputs(output, raw, n, probability);
    });
  });
}

void main();
