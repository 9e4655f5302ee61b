import type { ClientBase } from 'pg';
import { ADVISORY_LOCKS } from '@adlift/persistence';

/**
 * Counts a day's valid events by ad; run again it corrects what late events have changed. An ad whose events have all
 * turned out invalid is counted with 0.
 */
const COUNT_DAY = `INSERT INTO ad_rate_day AS kept (day, placement, campaign_id, ad_id, impressions, clicks, conversions)
  SELECT $1::date, placement, campaign_id, ad_id, sum(impression), sum(click), sum(conversion) FROM (
    SELECT placement, campaign_id, ad_id, valid::int AS impression, 0 AS click, 0 AS conversion FROM impression WHERE day = $1
    UNION ALL SELECT placement, campaign_id, ad_id, 0, valid::int, 0 FROM click WHERE day = $1
    UNION ALL SELECT placement, campaign_id, ad_id, 0, 0, valid::int FROM conversion WHERE day = $1
  ) AS happened
  GROUP BY placement, campaign_id, ad_id ORDER BY placement, campaign_id, ad_id
  ON CONFLICT (day, placement, campaign_id, ad_id) DO UPDATE SET
    impressions = excluded.impressions, clicks = excluded.clicks, conversions = excluded.conversions
  WHERE (kept.impressions, kept.clicks, kept.conversions)
    IS DISTINCT FROM (excluded.impressions, excluded.clicks, excluded.conversions)`;

/** Counts the events of the given days (YYYY-MM-DD), one transaction a day; does nothing while another process does. */
export async function countAdRates(client: ClientBase, days: readonly string[]): Promise<void> {
  for (const day of days) {
    await client.query('BEGIN');
    try {
      const { rows } = await client.query<{ leader: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS leader', [
        ADVISORY_LOCKS.adRates,
      ]);
      if (rows[0]?.leader === true) await client.query(COUNT_DAY, [day]);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}
