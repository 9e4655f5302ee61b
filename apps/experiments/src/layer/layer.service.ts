import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import type { LayerView } from '@adlift/client';
import { ExperimentStore } from '../experiment/experiment-store';
import { ExperimentEntity } from '../experiment/experiment.entity';
import { layerFlag } from './layer-flag';
import { freeSlots, type LayerDesign } from './layer-slots';

/** States in which an experiment has its slots, or will want them. */
const HOLDING = ['ready', 'scheduled', 'running', 'paused'] as const;

/** Layers, as the designs of experiments name them. */
@Injectable()
export class LayerService {
  constructor(private readonly store: ExperimentStore) {}

  /** Every layer that an experiment holds slots of, by name. Slots of what is scheduled or paused are not free. */
  async list(): Promise<LayerView[]> {
    const experiments = await this.store.manager.find(ExperimentEntity, {
      where: { state: In([...HOLDING]), source: 'flag' },
      order: { key: 'ASC' },
    });
    const layers = new Map<string, { key: string; state: ExperimentEntity['state']; slots: LayerDesign['slots'] }[]>();
    for (const { key, state, design } of experiments) {
      if (design.layer === undefined) continue;
      const { name, slots } = design.layer;
      layers.set(name, [...(layers.get(name) ?? []), { key, state, slots }]);
    }
    return [...layers]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, held]) => ({
        ...{ name, flag: layerFlag(name), experiments: held },
        free: freeSlots(held.flatMap(({ slots }) => slots)),
      }));
  }
}
