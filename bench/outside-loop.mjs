// The raw loop with nothing of this project in it: `taskset -c 0 node bench/outside-loop.mjs MODEL.onnx [SECONDS]`
// prints calls a second of 50 rows each, for a model written by `npm run -s bench -- raw --keep-model MODEL.onnx`.
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [, , file, seconds = '5'] = process.argv;
const options = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
};
const session = await InferenceSession.create(file, options);
const batches = Array.from({ length: 64 }, () => ({
  ids: new Tensor(
    'int32',
    Int32Array.from({ length: 50 * 26 }, (_, i) => ((i % 26) + Math.random()) * 65536),
    [50, 26],
  ),
  numeric: new Tensor(
    'float32',
    Float32Array.from({ length: 50 * 13 }, () => 5 * Math.random()),
    [50, 13],
  ),
}));
for (let i = 0; i < 3000; i++) await session.run(batches[i % 64]);
const started = performance.now();
let calls = 0;
for (; performance.now() < started + 1000 * seconds; calls++) await session.run(batches[calls % 64]);
console.log(((1000 * calls) / (performance.now() - started)).toFixed(0));
