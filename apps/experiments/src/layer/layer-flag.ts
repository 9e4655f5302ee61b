import type { FlagParent, FlagPlan } from '../flag-sync/flag-plan';
import type { UnleashVariant } from '../flag-sync/unleash-flag';
import { numbers, SLOTS, type LayerDesign } from './layer-slots';

/** Unleash's weights are in per mille. */
const WEIGHT = 1000 / SLOTS;

/** The name of a layer's flag. With dots, which no experiment's key has. */
export function layerFlag(layer: string): string {
  return `adlift.layer.${layer}`;
}

/** The layer's flag, of which an experiment's own depends, and the variants of it that let a unit through. */
export function layerParent({ name, slots }: LayerDesign): FlagParent {
  return { feature: layerFlag(name), enabled: true, variants: numbers(slots).map(slotName) };
}

/**
 * A flag that puts every unit into one of a hundred slots, the same whatever experiments there are. Its hash is of
 * its own name, so that slots say nothing about the arms within an experiment.
 */
export function layerPlan(flag: string): FlagPlan {
  return {
    state: 'on',
    type: 'operational',
    strategy: {
      name: 'flexibleRollout',
      constraints: [],
      segments: [],
      disabled: false,
      parameters: { rollout: '100', stickiness: 'userId', groupId: flag },
      variants: Array.from({ length: SLOTS }, (_, i): UnleashVariant => ({
        name: slotName(i + 1),
        weight: WEIGHT,
        weightType: i < SLOTS - 1 ? 'fix' : 'variable',
        stickiness: 'userId',
      })),
    },
  };
}

/** "slot-007": sorted as text they are in the order of their numbers, in which the server keeps them. */
export function slotName(slot: number): string {
  return `slot-${String(slot).padStart(3, '0')}`;
}
