import { InferenceSession, Tensor } from 'onnxruntime-node';
import { guardOutputs, SESSION_OPTIONS } from '@adlift/scoring';
import { decodePredictRequest } from '@adlift/wire';
import { serveTasks } from '../harness/contestant';
import { quantile } from '../harness/statistics';
import { compileBenchEncoder, FIELDS, NUMBERS } from '../model/bench-bundle';
import { BenchRequests } from '../model/bench-requests';
import type { RawResult, RawTask } from './raw-loop';

const [, , file = ''] = process.argv;

/** From the bytes of a request to guarded probabilities on one thread: decode, encode, run, guard. */
async function main(): Promise<void> {
  const session = await InferenceSession.create(file, SESSION_OPTIONS);
  const encoder = compileBenchEncoder();
  serveTasks(async ({ n, seconds }: RawTask): Promise<RawResult & { sum: number }> => {
    const requests = new BenchRequests(n, 'score');
    const bodies = Array.from({ length: 64 }, () => requests.next());
    const ids = new Int32Array(n * FIELDS);
    const numeric = new Float32Array(n * NUMBERS);
    const raw = new Float32Array(n);
    const probability = new Float32Array(n);
    const feeds = { ids: new Tensor('int32', ids, [n, FIELDS]), numeric: new Tensor('float32', numeric, [n, NUMBERS]) };
    const fetches = { probability: new Tensor('float32', raw, [n]) };
    const output = { name: 'probability', kind: 'probability', shape: 'n' } as const;
    const times: number[] = [];
    let sum = 0;
    const cpu = process.cpuUsage();
    const started = performance.now();
    const end = started + seconds * 1000;
    let last = started;
    for (let i = 0; last < end; i++) {
      const { columns } = decodePredictRequest(bodies[i % bodies.length] ?? Buffer.alloc(0));
      encoder.encode(columns, n, ids, numeric, new Uint8Array(n));
      await session.run(feeds, fetches);
      guardOutputs(output, raw, n, probability);
      sum += probability[0] ?? 0;
      const now = performance.now();
      times.push(now - last);
      last = now;
    }
    const { user, system } = process.cpuUsage(cpu);
    return {
      callsPerSecond: (times.length / (last - started)) * 1000,
      cpuUs: (user + system) / times.length,
      p50Us: quantile(times, 0.5) * 1000,
      p99Us: quantile(times, 0.99) * 1000,
      sum,
    };
  });
}

void main();
