import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource, EntityManager } from 'typeorm';
import type { AdContent, FeatureKind } from './ad-content';

/** One version of an ad. */
export interface AdVersion extends AdContent {
  /** The catalogue version that brought it. */
  readonly version: number;
  readonly removed: boolean;
  readonly changedAt: Date;
}

const COLUMNS = `ad_id AS "adId", version, campaign_id AS "campaignId", landing_url AS "landingUrl", features, removed,
  changed_at AS "changedAt"`;

/** The newest version of each ad. */
const CURRENT = 'SELECT DISTINCT ON (ad_id) * FROM ad_version ORDER BY ad_id, version DESC';

/** The catalogue's tables. */
@Injectable()
export class CatalogueStore {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** Runs `change` as the only writer, with the current version; what it returns true for becomes the next version. */
  async write<T extends { changed: number }>(
    change: (manager: EntityManager, next: number) => Promise<T>,
  ): Promise<T & { version: number }> {
    return this.source.transaction('READ COMMITTED', async (manager) => {
      const [{ version }] = await manager.query<[{ version: number }]>('SELECT version FROM ad_catalogue FOR UPDATE');
      const result = await change(manager, version + 1);
      if (result.changed === 0) return { ...result, version };
      await manager.query('UPDATE ad_catalogue SET version = $1', [version + 1]);
      return { ...result, version: version + 1 };
    });
  }

  /** Inserts as `version` those ads that are not in the catalogue with the same content; returns how many. */
  async insertChanged(manager: EntityManager, version: number, ads: readonly AdContent[]): Promise<number> {
    const [{ changed }] = await manager.query<[{ changed: number }]>(
      `WITH inserted AS (
        INSERT INTO ad_version (ad_id, version, campaign_id, landing_url, features, removed)
        SELECT given."adId", $1, given."campaignId", given."landingUrl", given.features, false
        FROM jsonb_to_recordset($2::jsonb)
          AS given("adId" text, "campaignId" text, "landingUrl" text, features jsonb)
        LEFT JOIN LATERAL (
          SELECT campaign_id, landing_url, features, removed FROM ad_version
          WHERE ad_id = given."adId" COLLATE "C" ORDER BY version DESC LIMIT 1
        ) now ON true
        WHERE now.removed IS DISTINCT FROM false
          OR (now.campaign_id, now.landing_url, now.features)
            IS DISTINCT FROM (given."campaignId", given."landingUrl", given.features)
        RETURNING 1
      ) SELECT count(*)::int AS changed FROM inserted`,
      [version, JSON.stringify(ads)],
    );
    return changed;
  }

  async insertRemoval(manager: EntityManager, version: number, adId: string): Promise<void> {
    await manager.query(
      `INSERT INTO ad_version (ad_id, version, campaign_id, landing_url, features, removed)
      VALUES ($1, $2, '', '', '{}', true)`,
      [adId, version],
    );
  }

  /** The kinds of the features that are in use. */
  async featureKinds(manager: EntityManager): Promise<Map<string, FeatureKind>> {
    const rows = await manager.query<{ name: string; kind: FeatureKind }[]>('SELECT name, kind FROM ad_feature');
    return new Map(rows.map(({ name, kind }) => [name, kind]));
  }

  async addFeatures(manager: EntityManager, kinds: ReadonlyMap<string, FeatureKind>): Promise<void> {
    await manager.query('INSERT INTO ad_feature (name, kind) SELECT * FROM unnest($1::text[], $2::text[])', [
      [...kinds.keys()],
      [...kinds.values()],
    ]);
  }

  /** Forgets features that no ad has any more; `replaced` ads do not count. Reads the whole catalogue. */
  async dropUnusedFeatures(manager: EntityManager, replaced: readonly string[]): Promise<void> {
    await manager.query(
      `DELETE FROM ad_feature WHERE name NOT IN (
        SELECT DISTINCT jsonb_object_keys(features) FROM (${CURRENT}) ad
        WHERE NOT removed AND ad_id NOT IN (SELECT unnest($1::text[]))
      )`,
      [replaced],
    );
  }

  async version(): Promise<number> {
    const [{ version }] = await this.source.query<[{ version: number }]>('SELECT version FROM ad_catalogue');
    return version;
  }

  /** The ad's newest version up to `version`, removals included. */
  async asOf(adId: string, version: number, manager?: EntityManager): Promise<AdVersion | undefined> {
    const [row] = await (manager ?? this.source).query<AdVersion[]>(
      `SELECT ${COLUMNS} FROM ad_version WHERE ad_id = $1 AND version <= $2 ORDER BY version DESC LIMIT 1`,
      [adId, version],
    );
    return row;
  }

  /** As of `version`, at most `limit` ads in the byte order of their ids, from the one after `after`. */
  page(version: number, after: string, limit: number): Promise<AdVersion[]> {
    return this.source.query<AdVersion[]>(
      `SELECT ${COLUMNS} FROM (
        SELECT DISTINCT ON (ad_id) * FROM ad_version WHERE ad_id > $1 AND version <= $2 ORDER BY ad_id, version DESC
      ) ad WHERE NOT removed LIMIT $3`,
      [after, version, limit],
    );
  }

  /** At most `limit` versions of an ad up to `version`, newest first. */
  history(adId: string, version: number, limit: number): Promise<AdVersion[]> {
    return this.source.query<AdVersion[]>(
      `SELECT ${COLUMNS} FROM ad_version WHERE ad_id = $1 AND version <= $2 ORDER BY version DESC LIMIT $3`,
      [adId, version, limit],
    );
  }
}
