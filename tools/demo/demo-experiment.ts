import { AdminApi, type ExperimentView } from '@adlift/client';
import type { Arms, MarketModel } from '../market/index';
import type { RunningStack } from '../stack/running-stack';
import { StackError } from '../stack/stack-error';

/** Names of the demo's arms. */
export const CONTROL = 'a-main-effects';
export const TREATMENT = 'b-interactions';

export interface DemoDesign {
  readonly arms: Arms<MarketModel>;
  /** Conversion model of both arms. */
  readonly cvr: MarketModel;
  /** Click model outside of experiments. */
  readonly champion: MarketModel;
  readonly epsilon: number;
  readonly plannedUnits: number;
  /** How it grows by itself; all of the units from the start without one. */
  readonly schedule?: object;
  /** Whether each arm has its own part of the campaigns' budgets; undefined where these never run out. */
  readonly budgets?: 'split' | 'shared' | undefined;
}

/** The admin API in the name of those whom an experiment takes. */
export interface DemoPeople {
  readonly operator: AdminApi;
  readonly experimenter: AdminApi;
  readonly approver: AdminApi;
}

/** These people of a stack, each with the key made for it. */
export function demoPeople({ experimentsUrl, secrets }: Pick<RunningStack, 'experimentsUrl' | 'secrets'>): DemoPeople {
  const as = (key: string): AdminApi => new AdminApi(experimentsUrl, key);
  return {
    operator: as(secrets.operatorKey),
    experimenter: as(secrets.experimenterKey),
    approver: as(secrets.approverKey),
  };
}

/** Drafts and starts the next demo experiment. */
export async function startDemoExperiment(
  people: DemoPeople,
  design: DemoDesign,
  log: (line: string) => void,
): Promise<string> {
  const key = await draftDemoExperiment(people, design, log);
  // All of the traffic is more than one person may decide about.
  await people.approver.approveExperiment(key, 'a simulated market');
  await people.experimenter.startExperiment(key);
  return key;
}

/** Registers the models and drafts the next demo experiment; a demo that still runs is stopped first. */
export async function draftDemoExperiment(
  { operator, experimenter }: DemoPeople,
  design: DemoDesign,
  log: (line: string) => void,
): Promise<string> {
  const { arms, cvr, champion } = design;
  for (const model of new Set([champion, arms.control, arms.treatment])) {
    await operator.publishModel(model.bundle, model === champion ? 'champion' : undefined);
  }
  await operator.publishModel(cvr.bundle, 'champion');
  const experiments = await experimenter.experiments();
  for (const running of experiments.filter(({ state, source }) => state === 'running' && source === 'flag')) {
    if (!running.key.startsWith('demo-')) {
      throw new StackError(
        `experiment "${running.key}" runs on this stack and would share its traffic with the demo; stop it, or use another home (ADLIFT_HOME=FOLDER)`,
      );
    }
    await experimenter.stopExperiment(running.key);
    log(`stopped the earlier ${running.key}`);
  }
  const key = nextKey(experiments);
  const variant = (name: string, model: MarketModel, isControl: boolean): unknown => ({
    name,
    weight: 50,
    control: isControl,
    explore: design.epsilon,
    ctr: `${model.name}@${model.version}`,
    cvr: `${cvr.name}@${cvr.version}`,
  });
  await experimenter.createExperiment({
    key,
    ...(design.schedule === undefined ? {} : { schedule: design.schedule }),
    description: 'A factorisation machine with interactions against a logistic regression of main effects',
    design: {
      currency: 'EUR',
      // An arm whose campaigns ran out shows fewer ads: revenue is compared by user, not by impression.
      goal: design.budgets === undefined ? 'rpm' : 'revenuePerUnit',
      ...(design.budgets === 'split' && { budgets: 'split' }),
      rollout: 100,
      alpha: 0.05,
      plannedUnits: design.plannedUnits,
      variants: [variant(CONTROL, arms.control, true), variant(TREATMENT, arms.treatment, false)],
    },
  });
  return key;
}

function nextKey(experiments: readonly ExperimentView[]): string {
  const numbers = experiments.map(({ key }) => Number(/^demo-(\d+)$/.exec(key)?.[1] ?? 0));
  return `demo-${Math.max(0, ...numbers) + 1}`;
}
