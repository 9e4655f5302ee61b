import { parentPort } from 'node:worker_threads';
import { givingWay } from '@adlift/threads';
import { LoadedModel } from './loaded-model';
import { RoundView } from './round-view';
import { type ThreadAnswer, type ThreadRequest, toFault } from './worker-protocol';

let model: LoadedModel | undefined;
const rounds: RoundView[] = [];

async function answer(request: Exclude<ThreadRequest, { type: 'exit' }>): Promise<ThreadAnswer> {
  try {
    if (request.type === 'load') {
      const { digest, folder } = request;
      // Seconds of a processor that other models answer requests on.
      model = await givingWay(() => LoadedModel.open(digest, folder));
      return { type: 'loaded', shape: model.shape };
    }
    if (model === undefined) throw new Error('a run before the load');
    if (request.memory !== undefined) rounds[request.round] = new RoundView(model.shape, request.memory);
    const started = performance.now();
    await model.run(rounds[request.round], request.rows, request.texts);
    return { type: 'ran', runMs: performance.now() - started };
  } catch (error) {
    return { type: 'fault', fault: toFault(error) };
  }
}

parentPort?.on('message', (request: ThreadRequest) => {
  // Between two runs and never inside one: ending a thread inside the native runtime aborts the process.
  if (request.type === 'exit') process.exit();
  void answer(request).then((result) => parentPort?.postMessage(result));
});
