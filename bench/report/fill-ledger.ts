import type { ClientBase } from 'pg';
import { foldDeltas } from '@adlift/ledger';
import { ensurePartitions } from '@adlift/persistence';

export const EXPERIMENT = 'report-bench';
export const PHASE = 1;
export const ARMS = ['control', 'b', 'c', 'd'] as const;
/** Values of either of the dimensions that it is cut by. */
export const CAMPAIGNS = 100;
export const PLACEMENTS = 100;
const IMPRESSIONS_PER_UNIT = 20;
const DAYS = ['2026-11-01', '2026-11-02'];
/** One click in so many impressions, one conversion in so many clicks. */
const CLICK_EVERY = 47;
const CONVERSION_EVERY = 11;
const FOLD_LIMIT = 100_000;

const TOKEN_COLUMNS = `day, prediction_id, idx, event_time, unit, assignment_set, ad_id, campaign_id, placement,
  bid_micros, bid_type, currency, propensity, explored, pctr, pcvr, logged, log_rate, fallback, bundle_digest,
  cvr_bundle_digest, catalogue_version, trace_id, trace_sampled, charged_micros`;

const ARMS_SQL = `ARRAY[${ARMS.map((arm) => `'${arm}'`).join(', ')}]`;

/** The arm of the unit with this number. */
function armOf(unit: string): string {
  return `(${ARMS_SQL})[${unit} % ${ARMS.length} + 1]`;
}

/** Row number `g` of the traffic, `after` its impression, as it comes out of a token. */
function tokenValues(after: string, charged: string): string {
  return `day, lpad(to_hex(g), 32, '0')::uuid, 0, day + g % 80000 * interval '1 second' + interval '${after}',
    'unit-' || unit, md5(${armOf('unit')})::uuid, 'ad-' || g % 500,
    'campaign-' || g % ${CAMPAIGNS}, 'placement-' || g / ${CAMPAIGNS} % ${PLACEMENTS}, 500000, 'CPC', 'EUR', 1, false, 0.02, 0, true, 1, false, '', '', 0, '', false,
    ${charged}`;
}

const DELTAS = `INSERT INTO event_delta (assignment_set, unit, day, kind, prediction_id, idx, event_time, impressions,
    predicted_clicks_e9, clicks, conversions, charged_micros, value_micros)
  SELECT assignment_set, unit, day, NULL, NULL::uuid, NULL::int, NULL::timestamptz, count(*),
    sum(round(pctr::numeric * 1000000000)), 0, 0, sum(charged_micros), 0
  FROM impression GROUP BY unit, day, assignment_set
  UNION ALL
  SELECT assignment_set, unit, day, 'click', prediction_id, idx, event_time, 0, 0, 1, 0, charged_micros, 0 FROM click
  UNION ALL
  SELECT assignment_set, unit, day, 'conversion', prediction_id, idx, event_time, 0, 0, 0, 1, charged_micros,
    value_micros FROM conversion`;

/**
 * Fills a migrated database with `impressions` of two days, four arms, many campaigns and placements, and their clicks and conversions; the kept
 * statistics come from them by the project's own fold. Returns the deltas folded and the seconds that took.
 */
export async function fillLedger(
  client: ClientBase,
  impressions: number,
): Promise<{ deltas: number; foldSeconds: number }> {
  const units = Math.ceil(impressions / IMPRESSIONS_PER_UNIT);
  await ensurePartitions(client, DAYS);
  await client.query(
    `INSERT INTO assignment_set SELECT md5(arm)::uuid, $1, $2, arm, arm, 'split', ''
     FROM unnest(${ARMS_SQL}) AS arm`,
    [EXPERIMENT, PHASE],
  );
  const traffic = (where: string): string =>
    `FROM (
       SELECT g, (hashint8(g)::bigint + 2147483648) % ${units} AS unit,
         CASE WHEN g % 2 = 0 THEN '${DAYS[0]}'::date ELSE '${DAYS[1]}'::date END AS day
       FROM generate_series(1, ${impressions}::bigint) AS g WHERE ${where}
     ) AS traffic`;
  const clicked = `g % ${CLICK_EVERY} = 0`;
  for (const statement of [
    `INSERT INTO exposure (experiment, phase, unit, variant, served, flag_digest, prediction_id, day, exposed_at)
     SELECT '${EXPERIMENT}', ${PHASE}, 'unit-' || u, arm, arm, '', lpad(to_hex(u), 32, '0')::uuid, '${DAYS[0]}',
       '${DAYS[0]}'
     FROM generate_series(0, ${units - 1}) AS u
     CROSS JOIN LATERAL (SELECT ${armOf('u')} AS arm) AS split`,
    `INSERT INTO event_delta (experiment, phase, variant, unit, day, exposures)
     SELECT experiment, phase, variant, unit, day, 1 FROM exposure`,
    `INSERT INTO impression (${TOKEN_COLUMNS}, position, followed_rank, viewable)
     SELECT ${tokenValues('0 s', '0')}, 1, 'followed', 'yes' ${traffic('true')}`,
    `INSERT INTO click (${TOKEN_COLUMNS}) SELECT ${tokenValues('3 s', '100000 + g % 9000')} ${traffic(clicked)}`,
    `INSERT INTO conversion (${TOKEN_COLUMNS}, conversion_kind, conversion_id, value_micros)
     SELECT ${tokenValues('90 s', '0')}, 'purchase', g::text, 9000000 + g % 700
     ${traffic(`${clicked} AND g % ${CLICK_EVERY * CONVERSION_EVERY} = 0`)}`,
    'ANALYZE impression, click, conversion, exposure',
    DELTAS,
  ])
    await client.query(statement);
  const started = performance.now();
  let deltas = 0;
  for (let folded = -1; folded !== 0; deltas += folded) folded = await foldDeltas(client, FOLD_LIMIT);
  const foldSeconds = (performance.now() - started) / 1000;
  await client.query('VACUUM ANALYZE');
  return { deltas, foldSeconds };
}
