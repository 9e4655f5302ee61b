import type { AdminApi, ExperimentView } from '@adlift/client';
import type { MarketModels } from '../market/index';
import { StackError } from '../stack/stack-error';

/** Names of the demo's arms. */
export const CONTROL = 'a-main-effects';
export const TREATMENT = 'b-interactions';

export interface DemoDesign {
  readonly models: MarketModels;
  readonly epsilon: number;
  readonly plannedUnits: number;
  /** Gives each arm the other's model. */
  readonly swap: boolean;
}

/** Registers the models and starts the next demo experiment; a demo that still runs is stopped first. */
export async function startDemoExperiment(
  api: AdminApi,
  design: DemoDesign,
  log: (line: string) => void,
): Promise<string> {
  const { lr, fm, cvr } = design.models;
  await api.publishModel(lr.bundle, 'champion');
  await api.publishModel(fm.bundle);
  await api.publishModel(cvr.bundle, 'champion');
  const experiments = await api.experiments();
  for (const running of experiments.filter(({ state, source }) => state === 'running' && source === 'flag')) {
    if (!running.key.startsWith('demo-')) {
      throw new StackError(
        `experiment "${running.key}" runs on this stack and would share its traffic with the demo; stop it, or use another home (ADLIFT_HOME=FOLDER)`,
      );
    }
    await api.stopExperiment(running.key);
    log(`stopped the earlier ${running.key}`);
  }
  const key = nextKey(experiments);
  const [control, treatment] = design.swap ? [fm, lr] : [lr, fm];
  const variant = (name: string, model: typeof lr, isControl: boolean): unknown => ({
    name,
    weight: 50,
    control: isControl,
    explore: design.epsilon,
    ctr: `${model.name}@${model.version}`,
    cvr: `${cvr.name}@${cvr.version}`,
  });
  await api.createExperiment({
    key,
    description: 'A factorisation machine with interactions against a logistic regression of main effects',
    design: {
      currency: 'EUR',
      goal: 'rpm',
      rollout: 100,
      alpha: 0.05,
      plannedUnits: design.plannedUnits,
      variants: [variant(CONTROL, control, true), variant(TREATMENT, treatment, false)],
    },
  });
  await api.startExperiment(key);
  return key;
}

function nextKey(experiments: readonly ExperimentView[]): string {
  const numbers = experiments.map(({ key }) => Number(/^demo-(\d+)$/.exec(key)?.[1] ?? 0));
  return `demo-${Math.max(0, ...numbers) + 1}`;
}
