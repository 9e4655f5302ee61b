import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { comesForward } from '@adlift/threads';
import { Doorbell } from './doorbell';
import { LoadedModel } from './loaded-model';
import { RoundView } from './round-view';
import { type ThreadAnswer, type ThreadData, type ThreadRequest, toFault } from './worker-protocol';

const data = workerData as ThreadData;
let model: LoadedModel | undefined;
const rounds: RoundView[] = [];

async function answer(request: Exclude<ThreadRequest, { type: 'exit' }>): Promise<ThreadAnswer> {
  try {
    if (request.type === 'load') {
      const { digest, folder } = request;
      model = await LoadedModel.open(digest, folder);
      comesForward(data.niceness);
      return { type: 'loaded', shape: model.shape };
    }
    if (model === undefined) throw new Error('a run before the load');
    if (request.memory !== undefined) rounds[request.round] = new RoundView(model.shape, request.memory);
    const started = performance.now();
    await model.run(rounds[request.round], request.rows, request.texts);
    return performance.now() - started;
  } catch (error) {
    return { type: 'fault', fault: toFault(error) };
  }
}

/** Sleeps until there is something to do. */
function nextRequest(port: MessagePort, doorbell: Doorbell): ThreadRequest {
  const ring = doorbell.wait();
  if (ring === 'exit') return { type: 'exit' };
  if (ring === 'message') return (receiveMessageOnPort(port) as { message: ThreadRequest }).message;
  return { type: 'run', ...ring };
}

async function serve(port: MessagePort, doorbell: Doorbell): Promise<void> {
  // Ends the thread between two runs and never inside one: that, inside the native runtime, aborts the process. No other
  // message arrives while the event loop turns, which it does only between a request and its answer.
  port.on('message', () => process.exit());
  for (;;) {
    const request = nextRequest(port, doorbell);
    if (request.type === 'exit') process.exit();
    port.postMessage(await answer(request));
  }
}

if (parentPort !== null) void serve(parentPort, new Doorbell(data.doorbell));
