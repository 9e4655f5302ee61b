import { setTimeout as delay } from 'node:timers/promises';
import { demoPeople, startDemoExperiment } from '../../tools/demo/demo-experiment';
import { DEMO_PLAN, makeWorld, trainMarketModels } from '../../tools/market/index';
import type { Bench } from '../bench';
import { BenchStack } from '../harness/bench-stack';
import { conditions } from '../harness/conditions';
import { proportionalBytes } from '../harness/processor';

const MOST_BYTES = 350 * 2 ** 20;
const TIMES = 2.5;
const IDLE_MS = 60_000;
/** Until what a load leaves behind is given back, by the allocator and by the garbage collector. */
const SETTLE_MS = 15_000;

/** What the predictor holds with small models, and what a large one adds. One round: memory is no matter of luck. */
export const memory: Bench = {
  name: 'memory',
  goal: `predictor with the demo's models at most ${MOST_BYTES / 2 ** 20} MB (PSS, ${IDLE_MS / 1000} s after they are loaded); the 104 MB model adds at most ${TIMES} times its file`,
  async run({ log }) {
    const stack = await BenchStack.startEmpty(log);
    const pid = stack.stack.predictorPid;
    try {
      const emptyBytes = proportionalBytes(pid);
      log("training the demo's models ...");
      const models = trainMarketModels(makeWorld(DEMO_PLAN.seed));
      const { lr, fm, cvr } = models;
      const arms = { control: lr, treatment: fm };
      const { epsilon, units: plannedUnits } = DEMO_PLAN;
      const design = { arms, cvr, champion: lr, epsilon, plannedUnits };
      await startDemoExperiment(demoPeople(stack.stack), design, log);
      await stack.serves([lr, fm, cvr].map(({ name, version }) => `${name}@${version}`));
      log(`waiting for ${IDLE_MS / 1000} s ...`);
      await delay(IDLE_MS);
      const demoBytes = proportionalBytes(pid);
      const { name, version } = stack.model.bundle.manifest;
      await stack.admin.publishModel(stack.model.bundle);
      await stack.admin.requestModel('load', name, version);
      await stack.serves([stack.model.reference]);
      await delay(SETTLE_MS);
      const withLargeBytes = proportionalBytes(pid);
      const times = (withLargeBytes - demoBytes) / stack.model.onnx.length;
      return {
        name: 'memory',
        goal: this.goal,
        value: demoBytes / 2 ** 20,
        ok: demoBytes <= MOST_BYTES && times <= TIMES,
        rounds: 1,
        details: { emptyBytes, demoBytes, withLargeBytes, largeTimesFile: times, ...conditions(stack.model.onnx) },
      };
    } finally {
      await stack.stop();
    }
  },
};
