import { Inject, Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { LEDGER_POOL } from '../ledger.module';
import type { AdRecord } from './ad-record';

/** Few enough that taking a page in does not hold the event loop up. */
const PAGE_ROWS = 200;

const COLUMNS = `ad_id AS "adId", version, campaign_id AS "campaignId", landing_url AS "landingUrl", features, removed`;

/** One version of an ad. */
export interface AdChange extends AdRecord {
  readonly version: number;
  readonly removed: boolean;
}

/** A place in the order of changes. */
export interface ChangeCursor {
  readonly version: number;
  readonly adId: string;
}

/** The catalogue in PostgreSQL, a page at a time. Every call rejects while the database is away. */
@Injectable()
export class CatalogueReader {
  constructor(@Inject(LEDGER_POOL) private readonly pool: Pool) {}

  /** Which catalogue it is, and its newest version; every row up to that version can be read from now on. */
  async state(): Promise<{ id: string; version: number }> {
    const { rows } = await this.pool.query<{ id: string; version: number }>('SELECT id, version FROM ad_catalogue');
    const [state] = rows;
    if (state === undefined) throw new Error('the table ad_catalogue is empty');
    return state;
  }

  /** The ads as of `version` in pages, in no particular order, removed ones left out. */
  async *asOf(version: number): AsyncGenerator<readonly AdChange[]> {
    const client = await this.pool.connect();
    let whole = false;
    try {
      // One query for all pages: they would each sort the table while PostgreSQL has no statistics of it.
      await client.query('BEGIN READ ONLY');
      await client.query(
        `DECLARE ads NO SCROLL CURSOR FOR SELECT * FROM (
          SELECT DISTINCT ON (ad_id) ${COLUMNS} FROM ad_version WHERE version <= $1
          ORDER BY ad_id, ad_version.version DESC
        ) ad WHERE NOT removed`,
        [version],
      );
      for (;;) {
        const { rows } = await client.query<AdChange>(`FETCH ${PAGE_ROWS} FROM ads`);
        if (rows.length === 0) break;
        yield rows;
      }
      await client.query('COMMIT');
      whole = true;
    } finally {
      client.release(!whole);
    }
  }

  /** The changes after the cursor up to `version` in pages, versions in order. */
  async *changes(from: ChangeCursor, version: number): AsyncGenerator<readonly AdChange[]> {
    for (let cursor = from; ;) {
      const { rows } = await this.pool.query<AdChange>(
        `SELECT ${COLUMNS} FROM ad_version
        WHERE (version, ad_id) > ($1, $2) AND version <= $3 ORDER BY version, ad_id LIMIT ${PAGE_ROWS}`,
        [cursor.version, cursor.adId, version],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows;
      cursor = last;
    }
  }
}
