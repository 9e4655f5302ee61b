import { Injectable } from '@nestjs/common';
import { DomainError } from '@adlift/problem';
import { ModelRepository, type ServedModel } from '../serving/model-repository';
import type { FeatureKind } from './feature-column';
import { featureKind } from './model-metadata';

/** A model of the serving set, loaded or not. */
export interface IndexedModel {
  readonly name: string;
  readonly version: string;
  readonly state: 'READY' | 'UNAVAILABLE';
  /** Why it is not ready. */
  readonly reason: string;
}

/** The loaded models by name and version, worked out anew whenever they change. */
@Injectable()
export class OfferedModels {
  /** Every loaded model, the champions first, then from the newest. */
  loaded: readonly ServedModel[] = [];
  private byName: ReadonlyMap<string, readonly ServedModel[]> = new Map();
  private kinds: ReadonlyMap<string, FeatureKind> = new Map();

  constructor(private readonly models: ModelRepository) {
    models.onChange(() => this.rebuild());
  }

  /** Whether any model is loaded. */
  get ready(): boolean {
    return this.loaded.length > 0;
  }

  /** What each feature of any loaded model reads; where models disagree, the champions' word counts. */
  get featureKinds(): ReadonlyMap<string, FeatureKind> {
    return this.kinds;
  }

  /** The champions for requests in no experiment, those of them that are loaded. */
  get champions(): readonly ServedModel[] {
    const { ctr, cvr } = this.models.champions;
    return [this.models.find(ctr), this.models.find(cvr)].filter((model) => model !== undefined);
  }

  /** All loaded versions of a name, newest first after the champion; none for an unknown name. */
  versions(name: string): readonly ServedModel[] {
    return this.byName.get(name) ?? [];
  }

  /** The version asked for; without one the champion of that name, or else the newest. */
  find(name: string, version: string): ServedModel | undefined {
    const versions = this.versions(name);
    return version === '' ? versions[0] : versions.find(({ manifest }) => manifest.version === version);
  }

  /** As `find`; throws `unavailable` for a model that could not be loaded, `not_found` for one that is not known. */
  require(name: string, version: string): ServedModel {
    const model = this.find(name, version);
    if (model !== undefined) return model;
    const called = version === '' ? `"${name}"` : `"${name}" version "${version}"`;
    const failed = this.index().find((one) => one.name === name && (version === '' || one.version === version));
    if (failed !== undefined) throw new DomainError('unavailable', `model ${called} is not loaded: ${failed.reason}`);
    throw new DomainError('not_found', `there is no model ${called} here`);
  }

  /** Every model of the serving set. */
  index(): IndexedModel[] {
    // One whose reload failed is loaded all the same.
    const absent = this.models.state().failed.filter(({ reference }) => this.models.find(reference) === undefined);
    const failed = absent.map(({ reference, reason }): IndexedModel => {
      const at = reference.lastIndexOf('@');
      return { name: reference.slice(0, at), version: reference.slice(at + 1), state: 'UNAVAILABLE', reason };
    });
    return [
      ...this.loaded.map(({ manifest: { name, version } }): IndexedModel => ({
        name,
        version,
        state: 'READY',
        reason: '',
      })),
      ...failed,
    ];
  }

  private rebuild(): void {
    const { champions } = this;
    const loaded = this.models
      .state()
      .loaded.map(({ reference }) => this.models.find(reference))
      .filter((model) => model !== undefined);
    loaded.sort((a, b) => Date.parse(b.manifest.createdAt) - Date.parse(a.manifest.createdAt));
    this.loaded = [...new Set([...champions, ...loaded])];
    this.byName = Map.groupBy(this.loaded, ({ manifest }) => manifest.name);
    const kinds = new Map<string, FeatureKind>();
    for (const feature of this.loaded.flatMap(({ manifest }) => manifest.features.features)) {
      if (!kinds.has(feature.name)) kinds.set(feature.name, featureKind(feature));
    }
    this.kinds = kinds;
  }
}
