import type { VariantPlan } from '@adlift/assignment';
import type { ExperimentDesign } from '../experiment/experiment-design';
import { layerParent } from '../layer/layer-flag';
import { layerPercent } from '../layer/layer-slots';
import type { FlagPlan } from './flag-plan';
import type { UnleashVariant } from './unleash-flag';

/** Where an experiment stands, as far as its flag depends on it. */
export interface FlagFacts {
  readonly key: string;
  /** The design in force, amendments included. */
  readonly design: ExperimentDesign;
  readonly phase: number;
  /** Percent of all units. */
  readonly rollout: number;
}

export function flagPlan(state: FlagPlan['state'], { key, design, phase, rollout }: FlagFacts): FlagPlan {
  return {
    state,
    ...(design.layer && { parent: layerParent(design.layer) }),
    strategy: {
      name: 'flexibleRollout',
      constraints: [],
      segments: [],
      disabled: false,
      // Without groupId the hash would be of the text "undefined", the same for every experiment.
      parameters: { rollout: String(rollout), stickiness: 'userId', groupId: key },
      variants: strategyVariants(design, phase, rollout),
    },
  };
}

/**
 * Variants as Unleash keeps them: sorted by name and weights in per mille. The server recomputes `variable` weights,
 * so all but one are `fix` and the one that is not comes out at the rest, which is its weight.
 */
export function strategyVariants(design: ExperimentDesign, phase: number, rollout: number): UnleashVariant[] {
  const { variants, currency, shadow, budgets, unit } = design;
  const sorted = [...variants].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map(({ name, weight, ctr, cvr, explore }, i) => {
    const plan: VariantPlan = {
      ctr,
      explore,
      phase,
      currency,
      ...(cvr === undefined ? {} : { cvr }),
      ...(unit === 'user' ? {} : { unit }),
      ...(shadow && { shadow }),
      ...(budgets === 'split' && { budgetShare: trafficShare(design, rollout, weight) }),
    };
    return {
      name,
      weight: Math.round(weight * 10),
      weightType: i < sorted.length - 1 ? 'fix' : 'variable',
      stickiness: 'userId',
      payload: { type: 'json', value: JSON.stringify(plan) },
    };
  });
}

/** Share of all units that an arm of this weight gets, before any are held out: (0, 1], to six digits. */
function trafficShare({ layer }: ExperimentDesign, rollout: number, weight: number): number {
  return Math.round(rollout * layerPercent(layer) * weight) / 1e6;
}
