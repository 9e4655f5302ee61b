import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Repeating } from '@adlift/background';
import { PREDICTOR_CONFIG, type PredictorEnvironment } from '../predictor-config';
import { BundleSource, type ServingSet, type WantedModel } from './bundle-source';
import { ModelLoads, type HeldModel, type ServedModel } from './model-loads';
import { modelsState, type ModelsState } from './models-state';

export type { ServedModel };

type Kind = 'ctr' | 'cvr';

const KINDS: readonly Kind[] = ['ctr', 'cvr'];
const ROLES = ['ctr', 'cvr', 'light'] as const;

/** Holds what the serving set asks for: pulls, verifies, loads off the serving path, then switches over. */
@Injectable()
export class ModelRepository implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('models');
  private readonly following = new Repeating({
    turn: async () => ((await this.carryOut(await this.bundles.servingSet())) ? 0 : this.config.MODEL_REFRESH_MS),
    failed: ({ message }, again) => {
      if (!again) this.logger.warn(`no serving set yet: ${message}`);
      return this.config.MODEL_REFRESH_MS;
    },
  });
  /** Everything that is loaded, by digest. */
  private readonly held = new Map<string, HeldModel>();
  /** What is served, by reference. */
  private models: ReadonlyMap<string, HeldModel> = new Map();
  private defaults: ServingSet['defaults'] = {};
  private readonly replaced: Partial<Record<Kind, HeldModel>> = {};
  private readonly listeners: (() => void)[] = [];
  /** Whether the serving set has been carried out once. */
  synchronised = false;

  constructor(
    @Inject(PREDICTOR_CONFIG) private readonly config: PredictorEnvironment,
    private readonly bundles: BundleSource,
    private readonly loads: ModelLoads,
  ) {}

  /** Calls `listener` whenever the serving set has been carried out anew, also when nothing changed by that. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** The model by "name@version"; undefined while it is not loaded. */
  find(reference: string | undefined): ServedModel | undefined {
    return reference === undefined ? undefined : this.models.get(reference);
  }

  /** What can be asked for scores, by "name@version". */
  get references(): ReadonlySet<string> {
    return new Set([...this.models.keys(), ...this.kept.map(({ reference }) => reference)]);
  }

  /** References of the champions, for requests in no experiment, and of the light click model where there is one. */
  get champions(): ServingSet['defaults'] {
    return this.defaults;
  }

  /** A cheaper click model for when there is little time; undefined when there is none. */
  get light(): ServedModel | undefined {
    return this.find(this.defaults.light);
  }

  /** The champion before the one that serves, still loaded; undefined before there was another. */
  previous(kind: Kind): ServedModel | undefined {
    return this.replaced[kind];
  }

  /** What is loaded since when, and why what is not is not. */
  state(): ModelsState {
    return modelsState([...this.models.values()], this.kept, this.loads);
  }

  onApplicationBootstrap(): void {
    this.following.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.following.end();
    await this.loads.close();
  }

  /** Loads at most one model, so that the next one is chosen by the newest serving set. True when there may be more. */
  private async carryOut(set: ServingSet): Promise<boolean> {
    this.settle(set);
    const next = inOrder(set).find((wanted) => !this.holds(wanted) && this.loads.isDue(wanted));
    if (next !== undefined) {
      const model = await this.loads.load(next, this.held.get(next.digest));
      if (model !== undefined) this.held.set(model.digest, model);
      this.settle(set);
      return true;
    }
    this.synchronised = true;
    await this.loads.forgetAllBut(new Set(set.models.map(({ digest }) => digest)), this.held);
    await this.unloadUnused();
    return false;
  }

  private holds({ digest, generation }: WantedModel): boolean {
    return this.held.get(digest)?.generation === generation;
  }

  /** Switches over to what the set asks for, as far as it is loaded; what is not keeps what served before it. */
  private settle({ models: wanted, defaults, unloaded }: ServingSet): void {
    const next = new Map<string, HeldModel>();
    for (const { reference, digest } of wanted) {
      const model = this.held.get(digest) ?? this.models.get(reference);
      if (model !== undefined) next.set(reference, model);
    }
    const champions = { ...defaults };
    for (const role of ROLES) {
      const before = this.models.get(this.defaults[role] ?? '');
      const wantedRole = defaults[role];
      if (wantedRole === undefined || next.has(wantedRole) || before === undefined) continue;
      champions[role] = before.reference;
      next.set(before.reference, before);
    }
    for (const kind of KINDS) {
      const before = this.models.get(this.defaults[kind] ?? '');
      if (before !== undefined && champions[kind] !== before.reference) this.replaced[kind] = before;
      const kept = this.replaced[kind];
      if (kept === undefined) continue;
      if (kept.reference === champions[kind] || unloaded.includes(kept.digest)) this.replaced[kind] = undefined;
    }
    this.models = next;
    this.defaults = champions;
    for (const listener of this.listeners) listener();
  }

  /** The replaced champions. */
  private get kept(): HeldModel[] {
    return KINDS.map((kind) => this.replaced[kind]).filter((model) => model !== undefined);
  }

  private async unloadUnused(): Promise<void> {
    const used = new Set([...this.models.values(), ...this.kept].map(({ digest }) => digest));
    for (const model of [...this.held.values()].filter(({ digest }) => !used.has(digest))) {
      this.held.delete(model.digest);
      await this.loads.unload(model);
    }
  }
}

/** Champions first: most requests wait for them. */
function inOrder({ models, defaults }: ServingSet): WantedModel[] {
  const roles = Object.values(defaults);
  const isRole = ({ reference }: WantedModel): number => Number(roles.includes(reference));
  return [...models].sort((a, b) => isRole(b) - isRole(a));
}
