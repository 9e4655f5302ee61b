import { layerPlan } from '../layer/layer-flag';
import type { FlagPlan } from './flag-plan';

/** Everything that has to be as planned, by name: a layer before the experiment that is switched on within it. */
export function plannedFlags(flag: string, plan: FlagPlan): [flag: string, plan: FlagPlan][] {
  const { parent, state } = plan;
  const own: [string, FlagPlan] = [flag, plan];
  return parent === undefined || state !== 'on' ? [own] : [[parent.feature, layerPlan(parent.feature)], own];
}
