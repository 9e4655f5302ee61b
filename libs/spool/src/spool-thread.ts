import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ConsumerRequest } from './consumer-protocol';
import { SpoolKeeper } from './spool-keeper';
import { type ThreadAnswer, type ThreadData, type ThreadRequest, toFault } from './thread-protocol';

function say(answer: ThreadAnswer): void {
  parentPort?.postMessage(answer);
}

/** Does the work; an error ends the thread, as whoever starts it anew opens the file anew, and that is the retry. */
function orExit<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    say({ type: 'fault', fault: toFault(error) });
    process.exit(1);
  }
}

const keeper = orExit(() => new SpoolKeeper(workerData as ThreadData, (damage) => say({ type: 'damaged', damage })));

function serve(port: MessagePort): void {
  port.on('message', (request: ConsumerRequest) => {
    orExit(() => {
      const answer = keeper.serve(request);
      port.postMessage(
        answer,
        answer.batches.map(({ blob }) => blob.buffer),
      );
      keeper.tidy();
    });
  });
}

parentPort?.on('message', (request: ThreadRequest) => {
  orExit(() => {
    switch (request.type) {
      case 'group':
        // Whoever waits is answered before the file is tidied.
        say({ type: keeper.keep(request) ? 'kept' : 'full', number: request.number });
        return keeper.tidy();
      case 'consumer':
        return serve(request.port);
      case 'close':
        keeper.close();
        return process.exit(0);
    }
  });
});
say({ type: 'open' });
