import { Injectable } from '@nestjs/common';
import type { ServedModel } from '../serving/model-repository';
import { InferenceStatistics, type ModelStatistics } from './inference-statistics';
import { modelMetadata, type ModelMetadata } from './model-metadata';
import { OfferedModels, type IndexedModel } from './offered-models';
import { requireRouterVersion, ROUTER, RouterInference } from './router-inference';

/** What the protocol tells of this server. */
export const SERVER = { name: 'adlift', version: '1', extensions: ['binary_tensor_data', 'parameters', 'statistics'] };

export type NamedStatistics = { readonly name: string; readonly version: string } & ModelStatistics;

/** What can be asked about the server and its models, whatever the transport. */
@Injectable()
export class InferenceCatalogue {
  constructor(
    private readonly models: OfferedModels,
    private readonly router: RouterInference,
    private readonly statistics: InferenceStatistics,
  ) {}

  /** Whether a model can answer; without one there are priors only. */
  get ready(): boolean {
    return this.models.ready;
  }

  /** Whether the model can answer; false for one that is not known. */
  isReady(name: string, version: string): boolean {
    if (name === ROUTER.name) return this.ready && (version === '' || version === ROUTER.version);
    return this.models.find(name, version) !== undefined;
  }

  /** Throws `not_found` or, for a model that could not be loaded, `unavailable`. */
  metadata(name: string, version: string): ModelMetadata {
    if (name === ROUTER.name) {
      requireRouterVersion(version);
      return this.router.metadata();
    }
    return modelMetadata(this.models.require(name, version), this.models.versions(name));
  }

  /** The router, and every model of the serving set. */
  index(onlyReady: boolean): IndexedModel[] {
    const router: IndexedModel = this.ready
      ? { ...ROUTER, state: 'READY', reason: '' }
      : { ...ROUTER, state: 'UNAVAILABLE', reason: 'no model is loaded yet' };
    return [router, ...this.models.index()].filter(({ state }) => !onlyReady || state === 'READY');
  }

  /** Statistics of one model, of all versions of a name, or of everything. Throws as `metadata` for an unknown name. */
  counts(name: string, version: string): NamedStatistics[] {
    if (name === '') return [this.routerCounts(), ...this.models.loaded.map((one) => this.countsOf(one))];
    if (name === ROUTER.name) {
      requireRouterVersion(version);
      return [this.routerCounts()];
    }
    const model = this.models.require(name, version);
    return (version === '' ? this.models.versions(name) : [model]).map((one) => this.countsOf(one));
  }

  private countsOf({ reference, manifest: { name, version } }: ServedModel): NamedStatistics {
    return { name, version, ...this.statistics.of(reference) };
  }

  private routerCounts(): NamedStatistics {
    return { ...ROUTER, ...this.statistics.of(ROUTER.name) };
  }
}
