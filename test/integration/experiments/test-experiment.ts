import { bundleModel } from '../../../libs/scoring/src/model-bundle.fixture';
import type { TestApps } from '../setup/test-apps';
import { until } from '../setup/until';

export interface DesignChanges {
  readonly weights?: readonly [number, number];
  readonly rollout?: number;
  readonly explore?: number;
  readonly budgets?: 'split';
  readonly metrics?: object;
  readonly unit?: 'user' | 'session' | 'request';
  readonly layer?: { readonly name: string; readonly slots: readonly { readonly from: number; readonly to: number }[] };
}

/** Body of `POST /v1/experiments`: click-lr@1 against click-fm@1. */
export function experimentBody(
  key: string,
  { weights = [50, 50], rollout = 100, explore = 0, layer, budgets, unit, metrics }: DesignChanges = {},
): {
  key: string;
  design: object;
} {
  return {
    key,
    design: {
      variants: [
        { name: 'control', weight: weights[0], control: true, ctr: 'click-lr@1', explore },
        { name: 'treatment', weight: weights[1], ctr: 'click-fm@1', explore },
      ],
      rollout,
      plannedUnits: 10_000,
      ...(layer && { layer }),
      ...(metrics && { metrics }),
      ...(unit && { unit }),
      ...(budgets && { budgets, goal: 'revenuePerUnit' }),
    },
  };
}

/** Registers the treatment's model, without which no such experiment starts. */
export async function publishTreatment(apps: TestApps): Promise<void> {
  await apps.admin.publishModel(bundleModel('fm', 11).bundle);
}

/** Creates and starts the experiment; resolves when the predictor splits by it, with both models loaded. */
export async function startExperiment(apps: TestApps, key: string, changes: DesignChanges = {}): Promise<void> {
  await apps.admin.createExperiment(experimentBody(key, changes));
  await apps.admin.startExperiment(key);
  await until(`the predictor to split by ${key}`, async () => {
    const { flags, models } = await apps.state();
    const recorded = flags.experiments.some((one) => one.experiment === key && one.recorded);
    return recorded && models.loaded.length >= 2;
  });
}
