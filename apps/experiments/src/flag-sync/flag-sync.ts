import { Injectable } from '@nestjs/common';
import type { VariantPlan } from '@adlift/assignment';
import type { ExperimentDesign } from '../experiment/experiment-design';
import { UnleashAdmin, type UnleashVariant } from './unleash-admin';

/** Makes the flag service say what the experiment says. */
@Injectable()
export class FlagSync {
  constructor(private readonly unleash: UnleashAdmin) {}

  /**
   * Creates the flag, then the strategy with the variants, then switches it on: in this order no unit ever sees a
   * flag without variants. A failure on the way removes the flag again. Throws `upstream_failed`.
   */
  async provision(key: string, design: ExperimentDesign, phase: number): Promise<void> {
    await this.unleash.createFlag(
      key,
      'Made by Adlift. Change the experiment through the admin API of Adlift, not here.',
    );
    try {
      await this.unleash.addStrategy(key, {
        name: 'flexibleRollout',
        constraints: [],
        // Without groupId the hash would be of the text "undefined", the same for every experiment.
        parameters: { rollout: String(design.rollout), stickiness: 'userId', groupId: key },
        variants: strategyVariants(design, phase),
      });
      await this.unleash.switchOn(key);
    } catch (error) {
      await this.unleash.removeFlag(key).catch(() => undefined);
      throw error;
    }
  }

  async switchOff(key: string): Promise<void> {
    await this.unleash.switchOff(key);
  }
}

/**
 * Variants as Unleash keeps them: sorted by name and weights in per mille. The server recomputes `variable` weights,
 * so all but one are `fix` and the one that is not comes out at the rest, which is its weight.
 */
export function strategyVariants({ variants, currency, shadow }: ExperimentDesign, phase: number): UnleashVariant[] {
  const sorted = [...variants].sort((a, b) => (a.name < b.name ? -1 : 1));
  return sorted.map(({ name, weight, ctr, cvr, explore }, i) => {
    const plan: VariantPlan = {
      ctr,
      explore,
      phase,
      currency,
      ...(cvr === undefined ? {} : { cvr }),
      ...(shadow && { shadow }),
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
