import { appendFileSync } from 'node:fs';
import { AdServerClient, type AdminApi, type Report } from '@adlift/client';
import {
  budgetedTruth,
  CampaignBudgets,
  DEMO_PLAN,
  makeTraffic,
  makeWorld,
  marketTruth,
  scarceBudgets,
  trainMarketModels,
  type MarketModels,
} from '../market/index';
import { startProgress } from '../proof/progress';
import type { RunningStack } from '../stack/running-stack';
import { AdServer, type AdServerOptions } from './ad-server';
import { demoDocument, type DemoDocument } from './demo-document';
import { demoPeople, startDemoExperiment, TREATMENT } from './demo-experiment';
import { readPredictorState, waitFor } from './predictor-state';

export interface DemoOptions {
  readonly seed: number;
  readonly requests: number;
  readonly units: number;
  /** Share of the treatment's clicks that the ad server keeps back. */
  readonly sabotage: number;
  readonly swap: boolean;
  /** Has campaigns run out of money, with a part of it for each arm or one for both; undefined lets none run out. */
  readonly budgets?: 'split' | 'shared';
  /** Ends the scoring thread when half of the requests are served. */
  readonly killWorker: boolean;
  /** A file that gets every acknowledged event as a line of JSON. */
  readonly keepEvents?: string;
  readonly log: (line: string) => void;
}

const WAIT_MS = 60_000;

/** Trains on a market of known truth, runs the experiment on the stack, and sets its report beside the truth. */
export async function runDemo(
  stack: RunningStack,
  options: DemoOptions,
): Promise<{ document: DemoDocument; report: Report }> {
  const { seed, swap, log } = options;
  const world = makeWorld(seed);
  const models = train(world);
  // What is shown at random would spend budgets too, for which the truth has no account.
  const epsilon = options.budgets === undefined ? DEMO_PLAN.epsilon : 0;
  const people = demoPeople(stack);
  const key = await startDemoExperiment(
    people,
    { models, epsilon, plannedUnits: options.units, swap, budgets: options.budgets },
    log,
  );
  await waitFor(`${key} reaching the predictor`, WAIT_MS, () => isServed(stack, key, models));
  log(`experiment ${key} is running: flag in Unleash, models loaded`);

  const traffic = makeTraffic(seed, { requests: options.requests, units: options.units });
  const arms = swap ? { control: models.fm, treatment: models.lr } : { control: models.lr, treatment: models.fm };
  let truth = marketTruth(world, traffic, arms, epsilon);
  let budgets: AdServerOptions['budgets'];
  if (options.budgets !== undefined) {
    const budgetMicros = scarceBudgets(world, truth.control);
    truth = budgetedTruth(world, traffic, arms, budgetMicros);
    budgets = { left: new CampaignBudgets(budgetMicros), split: options.budgets === 'split' };
  }
  const before = (await readPredictorState(stack)).predictions;
  const client = new AdServerClient(stack.grpcAddress, stack.secrets.playerKey);
  const progress = startProgress('requests', traffic.n);
  const started = performance.now();
  let killed = !options.killWorker;
  const adServer = new AdServer({
    client,
    world,
    traffic,
    treatment: TREATMENT,
    sabotage: options.sabotage,
    budgets,
    startMs: Date.now(),
    onSent: (events) => {
      if (options.keepEvents === undefined) return;
      appendFileSync(options.keepEvents, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    },
    onProgress: (done) => {
      progress.update(done);
      if (killed || done < traffic.n / 2) return;
      killed = true;
      void killScoringWorker(stack).then(() => log('killed the scoring worker'));
    },
  });
  try {
    await adServer.play();
  } finally {
    progress.stop();
    client.close();
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  log(`played ${traffic.n} requests in ${seconds} s (${Math.round(traffic.n / seconds)} a second)`);

  const report = await settledReport(stack, people.experimenter, key);
  const after = (await readPredictorState(stack)).predictions;
  const served = {
    requests: after.requests - before.requests,
    fallbacks: after.fallbacks - before.fallbacks,
    unlogged: after.unlogged - before.unlogged,
    unloggedExposures: after.unloggedExposures - before.unloggedExposures,
  };
  return { document: demoDocument(report, truth, adServer, served, seconds), report };
}

function train(world: ReturnType<typeof makeWorld>): MarketModels {
  let progress: ReturnType<typeof startProgress> | undefined;
  let current = '';
  const models = trainMarketModels(world, {
    onProgress: (stage, done, total) => {
      if (stage !== current) {
        progress?.stop();
        progress = startProgress(stage, total);
        current = stage;
      }
      progress?.update(done);
    },
  });
  progress?.stop();
  return models;
}

async function isServed(stack: RunningStack, key: string, { lr, fm, cvr }: MarketModels): Promise<boolean> {
  const { models, flags } = await readPredictorState(stack);
  const loaded = new Set(models.loaded.map(({ reference }) => reference));
  const flag = flags.experiments.find(({ experiment }) => experiment === key);
  return flag?.recorded === true && [lr, fm, cvr].every(({ name, version }) => loaded.has(`${name}@${version}`));
}

/** The report once nothing is on its way any more: memory empty, deltas folded. */
async function settledReport(stack: RunningStack, api: AdminApi, key: string): Promise<Report> {
  await waitFor('storing exposures and the prediction log', WAIT_MS, async () => {
    const { ledger } = await readPredictorState(stack);
    return ledger.events + ledger.exposures + ledger.predictions === 0;
  });
  let report = await api.report(key);
  await waitFor('folding', WAIT_MS, async () => {
    report = await api.report(key);
    return report.folding.pendingDeltas === 0;
  });
  return report;
}

async function killScoringWorker(stack: RunningStack): Promise<void> {
  const answer = await fetch(`${stack.predictorUrl}/v1/faults/kill-scoring-worker`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.secrets.playerKey}` },
  });
  if (!answer.ok) throw new Error(`the fault was refused: ${answer.status} ${await answer.text()}`);
}
