import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { DomainError } from '@adlift/problem';
import { kindOf, type AdContent, type FeatureKind } from './ad-content';
import type { HistoryQuery, ListQuery } from './catalogue-query';
import { CatalogueStore, type AdVersion } from './catalogue-store';
import { FieldProblems } from './field-problems';
import { MAX_FEATURES } from './put-ads-body';

/** An ad as the API shows it; `version` is the catalogue version of its last change. */
export type AdView = Omit<AdVersion, 'removed'>;

export interface AdsPage {
  readonly catalogueVersion: number;
  readonly ads: readonly AdView[];
  /** `after` of the next page; absent on the last one. */
  readonly nextAfter?: string;
}

export interface AdHistory {
  readonly catalogueVersion: number;
  /** Newest first. */
  readonly versions: readonly AdVersion[];
  /** `before` of the next page; absent on the last one. */
  readonly nextBefore?: number;
}

/** What became of a change; without one the version stays. */
export interface CatalogueChange {
  readonly catalogueVersion: number;
  readonly changed: number;
}

/** The rules of the ad catalogue: a change is one new version of all its ads, and nothing is ever overwritten. */
@Injectable()
export class CatalogueService {
  constructor(private readonly store: CatalogueStore) {}

  /** Throws `invalid_argument` when a feature is of another kind in the catalogue, or the catalogue has too many. */
  async put(ads: readonly AdContent[]): Promise<CatalogueChange> {
    const { version, changed } = await this.store.write(async (manager, next) => {
      await this.agreeOnKinds(manager, ads);
      return { changed: await this.store.insertChanged(manager, next, ads) };
    });
    return { catalogueVersion: version, changed };
  }

  /** Throws `not_found`. */
  async remove(adId: string): Promise<CatalogueChange> {
    const { version, changed } = await this.store.write(async (manager, next) => {
      existing(await this.store.asOf(adId, next - 1, manager), adId);
      await this.store.insertRemoval(manager, next, adId);
      return { changed: 1 };
    });
    return { catalogueVersion: version, changed };
  }

  async list({ after, limit }: ListQuery): Promise<AdsPage> {
    const catalogueVersion = await this.store.version();
    const ads = await this.store.page(catalogueVersion, after, limit);
    const last = ads.at(-1);
    const nextAfter = ads.length === limit && last !== undefined ? { nextAfter: last.adId } : {};
    return { catalogueVersion, ads: ads.map(view), ...nextAfter };
  }

  /** Throws `not_found` for an ad that is not in that version, and for a version that is not there yet. */
  async get(adId: string, version?: number): Promise<{ catalogueVersion: number; ad: AdView }> {
    const newest = await this.store.version();
    const catalogueVersion = version ?? newest;
    if (catalogueVersion > newest)
      throw new DomainError('not_found', `the catalogue is at version ${newest}`, 'version');
    return { catalogueVersion, ad: view(existing(await this.store.asOf(adId, catalogueVersion), adId)) };
  }

  /** Throws `not_found` for an ad that never was in the catalogue. */
  async history(adId: string, { before, limit }: HistoryQuery): Promise<AdHistory> {
    const catalogueVersion = await this.store.version();
    const upTo = before === undefined ? catalogueVersion : Math.min(before - 1, catalogueVersion);
    const versions = await this.store.history(adId, upTo, limit);
    const last = versions.at(-1);
    if (last === undefined && before === undefined) existing(undefined, adId);
    const nextBefore = versions.length === limit && last !== undefined ? { nextBefore: last.version } : {};
    return { catalogueVersion, versions, ...nextBefore };
  }

  private async agreeOnKinds(manager: EntityManager, ads: readonly AdContent[]): Promise<void> {
    const given = new Map<string, FeatureKind>();
    for (const { features } of ads)
      for (const [name, value] of Object.entries(features)) given.set(name, kindOf(value));
    let known = await this.store.featureKinds(manager);
    if (!agree(given, known)) {
      const replaced = ads.map(({ adId }) => adId);
      await this.store.dropUnusedFeatures(manager, replaced);
      known = await this.store.featureKinds(manager);
      refuseForeignKinds(ads, known);
      const total = new Set([...given.keys(), ...known.keys()]).size;
      if (total > MAX_FEATURES)
        throw new DomainError(
          'invalid_argument',
          `ads: the catalogue would have ${total} features, at most ${MAX_FEATURES} are allowed`,
          'ads',
        );
    }
    const added = new Map([...given].filter(([name]) => !known.has(name)));
    if (added.size > 0) await this.store.addFeatures(manager, added);
  }
}

function agree(given: ReadonlyMap<string, FeatureKind>, known: ReadonlyMap<string, FeatureKind>): boolean {
  let total = known.size;
  for (const [name, kind] of given) {
    const before = known.get(name);
    if (before === undefined) total++;
    else if (before !== kind) return false;
  }
  return total <= MAX_FEATURES;
}

function refuseForeignKinds(ads: readonly AdContent[], known: ReadonlyMap<string, FeatureKind>): void {
  const problems = new FieldProblems();
  ads.forEach(({ features }, i) => {
    for (const [name, value] of Object.entries(features)) {
      const before = known.get(name);
      if (before === undefined || before === kindOf(value)) continue;
      problems.add(
        `ads[${i}].features.${name}`,
        `is a ${kindOf(value)} here and a ${before} in other ads of the catalogue`,
      );
    }
  });
  problems.throwIfAny();
}

function existing(ad: AdVersion | undefined, adId: string): AdVersion {
  if (ad === undefined) throw new DomainError('not_found', `there is no ad "${adId}" in the catalogue`, 'adId');
  if (ad.removed) throw new DomainError('not_found', `ad "${adId}" was removed in version ${ad.version}`, 'adId');
  return ad;
}

function view({ adId, version, campaignId, landingUrl, features, changedAt }: AdVersion): AdView {
  return { adId, version, campaignId, landingUrl, features, changedAt };
}
