import { appendFileSync } from 'node:fs';
import { AdServerClient, type Report } from '@adlift/client';
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
import { CONTROL, demoPeople, startDemoExperiment, TREATMENT } from './demo-experiment';
import { keptModels } from './kept-models';
import { readPredictorState } from './predictor-state';
import { settledReport, untilServed } from './settle';

export interface DemoOptions {
  readonly seed: number;
  readonly requests: number;
  readonly units: number;
  /** Share of the treatment's clicks that the ad server keeps back. */
  readonly sabotage: number;
  /** Share of the treatment's events that are lost after the ad server has counted them as sent. */
  readonly lose: number;
  /** Share of the treatment's answers whose events are reported as the control's. */
  readonly misattribute: number;
  readonly swap: boolean;
  /** Has campaigns run out of money, with a part of it for each arm or one for both; undefined lets none run out. */
  readonly budgets?: 'split' | 'shared';
  /** Ends the scoring thread when half of the requests are served. */
  readonly killWorker: boolean;
  /** A file that gets every acknowledged event as a line of JSON. */
  readonly keepEvents?: string;
  /** A folder that keeps what is trained, for the next demo of the same seed. */
  readonly keepModels?: string;
  readonly log: (line: string) => void;
}

/** Trains on a market of known truth, runs the experiment on the stack, and sets its report beside the truth. */
export async function runDemo(
  stack: RunningStack,
  options: DemoOptions,
): Promise<{ document: DemoDocument; report: Report }> {
  const { seed, swap, log } = options;
  const world = makeWorld(seed);
  const models =
    options.keepModels === undefined ? train(world) : keptModels(options.keepModels, seed, () => train(world));
  // What is shown at random would spend budgets too, for which the truth has no account.
  const epsilon = options.budgets === undefined ? DEMO_PLAN.epsilon : 0;
  const people = demoPeople(stack);
  const { lr, fm, cvr } = models;
  const arms = swap ? { control: fm, treatment: lr } : { control: lr, treatment: fm };
  const plan = { epsilon, plannedUnits: options.units, budgets: options.budgets };
  const key = await startDemoExperiment(people, { arms, cvr, champion: lr, ...plan }, log);
  const references = [lr, fm, cvr].map(({ name, version }) => `${name}@${version}`);
  await untilServed(stack, key, references);
  log(`experiment ${key} is running: flag in Unleash, models loaded`);

  const traffic = makeTraffic(seed, { requests: options.requests, units: options.units });
  let truth = marketTruth(world, traffic, arms, epsilon);
  let budgets: AdServerOptions['budgets'];
  if (options.budgets !== undefined) {
    const budgetMicros = scarceBudgets(world, truth.control);
    truth = budgetedTruth(world, traffic, arms, budgetMicros);
    budgets = { left: new CampaignBudgets(budgetMicros), split: options.budgets === 'split' };
  }
  const before = (await readPredictorState(stack)).predictions;
  const client = new AdServerClient(stack.grpcAddress, stack.secrets.playerKey);
  const importer = new AdServerClient(stack.grpcAddress, stack.secrets.importerKey);
  const progress = startProgress('requests', traffic.n);
  const started = performance.now();
  let killed = !options.killWorker;
  const adServer = new AdServer({
    client,
    world,
    traffic,
    variants: { control: CONTROL, treatment: TREATMENT },
    faults: { keptBack: options.sabotage, lost: options.lose, misattributed: options.misattribute },
    importer,
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
    for (const connection of [client, importer]) connection.close();
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  log(`played ${traffic.n} requests in ${seconds} s (${Math.round(traffic.n / seconds)} a second)`);

  await people.operator.tellTotals(key, adServer.totals);
  const report = await settledReport(stack, people.experimenter, key, adServer.lastDecisionMs);
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

async function killScoringWorker(stack: RunningStack): Promise<void> {
  const answer = await fetch(`${stack.predictorUrl}/v1/faults/kill-scoring-worker`, {
    method: 'POST',
    headers: { authorization: `Bearer ${stack.secrets.playerKey}` },
  });
  if (!answer.ok) throw new Error(`the fault was refused: ${answer.status} ${await answer.text()}`);
}
