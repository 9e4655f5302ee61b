import { InferenceSession, Tensor } from 'onnxruntime-node';
import { SESSION_OPTIONS } from '@adlift/scoring';
import { serveTasks } from '../harness/contestant';
import { quantile } from '../harness/statistics';
import { compileBenchEncoder, FIELDS, NUMBERS, variantColumns } from '../model/bench-bundle';

export interface RawTask {
  readonly n: number;
  readonly seconds: number;
}

export interface RawResult {
  readonly callsPerSecond: number;
  readonly cpuUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

const [, , file = ''] = process.argv;

/** The least there is: inputs made beforehand, one call of the runtime after another. */
async function main(): Promise<void> {
  const session = await InferenceSession.create(file, SESSION_OPTIONS);
  const encoder = compileBenchEncoder();
  serveTasks(async ({ n, seconds }: RawTask): Promise<RawResult> => {
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
    const times: number[] = [];
    const cpu = process.cpuUsage();
    const started = performance.now();
    const end = started + seconds * 1000;
    let last = started;
    for (let i = 0; last < end; i++) {
      await session.run(batches[i % batches.length] ?? {}, fetches);
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
    };
  });
}

void main();
