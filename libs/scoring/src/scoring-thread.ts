import { parentPort } from 'node:worker_threads';
import { LoadedModel } from './loaded-model';
import { ModelNotLoadedError } from './scoring-error';
import { SlotView } from './slot-view';
import { type ScoreJob, toFault, type WorkerRequest, type WorkerResponse } from './worker-protocol';

const models = new Map<string, LoadedModel>();
const slots = new Map<number, SlotView>();

async function answer(request: WorkerRequest): Promise<WorkerResponse> {
  const { seq } = request;
  try {
    switch (request.type) {
      case 'load': {
        const model = models.get(request.digest) ?? (await LoadedModel.open(request.digest, request.files));
        models.set(request.digest, model);
        return { seq, shape: model.shape };
      }
      case 'unload': {
        const model = models.get(request.digest);
        models.delete(request.digest);
        await model?.release();
        return { seq };
      }
      case 'exit':
        process.exit();
        break;
      case 'score': {
        const invalid: number[] = [];
        const started = performance.now();
        for (const job of request.jobs) invalid.push(await score(job));
        return { seq, invalid, runMs: performance.now() - started };
      }
    }
  } catch (error) {
    return { seq, fault: toFault(error) };
  }
}

function score(job: ScoreJob): Promise<number> {
  if (job.memory !== undefined) slots.set(job.slot, new SlotView(job.memory));
  const model = models.get(job.digest);
  const slot = slots.get(job.slot);
  if (model === undefined || slot === undefined) throw new ModelNotLoadedError(job.digest);
  return model.run(slot, job.n);
}

// Loads and unloads happen one after another, so that an unload never overtakes the load it follows.
let changes = Promise.resolve();

async function reply(request: WorkerRequest): Promise<void> {
  parentPort?.postMessage(await answer(request));
}

parentPort?.on('message', (request: WorkerRequest) => {
  if (request.type === 'score') void reply(request);
  else changes = changes.then(() => reply(request));
});
