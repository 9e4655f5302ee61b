import { serveTasks } from '../harness/contestant';
import { runAheadOfOthers } from '../harness/scheduling';
import { BenchRequests } from '../model/bench-requests';
import { AnswerCheck } from './answer-check';
import { Arrivals } from './arrivals';
import { closedLoop } from './closed-loop';
import { JsonLoad } from './json-load';
import type { LoadTarget, LoadTask, LoadResult } from './load-generator';
import { openLoop } from './open-loop';
import { PredictLoad } from './predict-load';
import type { SendOne } from './send';

/** The generator: a process of its own, so that nothing but the load is in its heap and on its event loop. */
async function main(): Promise<void> {
  const target = JSON.parse(process.argv[2] ?? '') as LoadTarget;
  // Where it is refused the neighbours give way all the same.
  runAheadOfOthers();
  const check = await AnswerCheck.of(target.onnxFile, target.n);
  const sends = await sendersTo(target, check);
  const arrivals = new Arrivals();
  serveTasks(async (task: LoadTask): Promise<LoadResult> => {
    const send = sends[task.over];
    if (task.loop === 'open') return openLoop(send, check, arrivals, task);
    const { inFlight, seconds, checked } = task;
    return closedLoop(send, { inFlight, seconds, ...(checked ? { check } : {}) });
  });
}

async function sendersTo(target: LoadTarget, check: AnswerCheck): Promise<Record<LoadTask['over'], SendOne>> {
  if ('address' in target) {
    const load = new PredictLoad(target, new BenchRequests(target.n, target.prefix));
    return { unary: load.unary, stream: load.overStream };
  }
  const json = new JsonLoad(target.jsonPort, target.n);
  await json.compare(check);
  return { unary: json.send, stream: json.send };
}

void main();
