import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

export interface StoreCheck {
  /** Different events that were acknowledged. */
  readonly acked: number;
  /** Rows of the raw tables. */
  readonly stored: number;
  /** Acknowledged and not stored; the first few by name. */
  readonly missing: number;
  readonly missed: readonly string[];
  /** Stored more than once. */
  readonly double: number;
  /** Whether every kept sum equals the one counted here from the raw rows. */
  readonly statisticsEqual: boolean;
  /** Kept sums that differ, the first few. */
  readonly differing: readonly string[];
}

const SHOWN = 5;

/** Every stored event under the name that the producer wrote down for it. */
const STORED = `
  SELECT 'exposure ' || unit AS identity FROM exposure
  UNION ALL SELECT 'impression ' || prediction_id FROM impression
  UNION ALL SELECT 'click ' || prediction_id FROM click
  UNION ALL SELECT 'conversion ' || prediction_id FROM conversion
  UNION ALL SELECT kind || ' ' || prediction_id FROM feedback`;

/** Sums by unit, of what is valid: written for this check alone, from the description of the tables. */
const RECOUNTED = `
  SELECT experiment, variant, unit, sum(exposed) AS exposures, sum(seen) AS impressions, sum(clicked) AS clicks,
    sum(converted) AS conversions, sum(hidden) AS hides, sum(charged) AS charged_micros, sum(worth) AS value_micros
  FROM (
    SELECT experiment, variant, unit, 1 AS exposed, 0 AS seen, 0 AS clicked, 0 AS converted, 0 AS hidden, 0 AS charged,
      0 AS worth FROM exposure
    UNION ALL SELECT s.experiment, s.assigned, e.unit, 0, e.seen, e.clicked, e.converted, e.hidden, e.charged, e.worth
    FROM (
      SELECT unit, assignment_set, 1 AS seen, 0 AS clicked, 0 AS converted, 0 AS hidden, charged_micros AS charged,
        0 AS worth FROM impression WHERE valid
      UNION ALL SELECT unit, assignment_set, 0, 1, 0, 0, charged_micros, 0 FROM click WHERE valid
      UNION ALL SELECT unit, assignment_set, 0, 0, 1, 0, charged_micros, value_micros FROM conversion WHERE valid
      UNION ALL SELECT unit, assignment_set, 0, 0, 0, 1, charged_micros, 0 FROM feedback WHERE valid AND kind = 'hide'
    ) e JOIN assignment_set s ON s.id = e.assignment_set
  ) facts GROUP BY 1, 2, 3`;

const SUMS = 'exposures, impressions, clicks, conversions, hides, charged_micros, value_micros';
const KEPT = `SELECT experiment, variant, unit, ${SUMS} FROM unit_agg`;
const DAYS = `SELECT experiment, variant, ${SUMS.split(', ')
  .map((column) => `sum(${column}) AS ${column}`)
  .join(', ')} FROM`;

/** Sums over exposed units that lifts and their errors are made of, and their recount from the units above. */
const FACTORS = ['impressions', 'clicks', 'conversions', 'hides', 'charged_micros'];
const MOMENTS = [
  ['units', 'count(*)'],
  ...FACTORS.map((sum) => [`sum_${sum}`, `sum(${sum})`]),
  ...FACTORS.map((sum) => [`product_${sum}_${sum}`, `sum(${sum}::numeric * ${sum})`]),
  ...FACTORS.slice(1).map((sum) => [`product_${sum}_impressions`, `sum(${sum}::numeric * impressions)`]),
] as const;
const RECOUNTED_MOMENTS = `SELECT experiment, variant, ${MOMENTS.map(([name, sql]) => `${sql} AS ${name}`).join(', ')}
  FROM (${RECOUNTED}) r WHERE exposures > 0 GROUP BY 1, 2`;
const KEPT_MOMENTS = `SELECT experiment, variant, ${MOMENTS.map(([name]) => name).join(', ')} FROM exp_moments WHERE units > 0`;
const RECOUNTED_PHASES = `SELECT experiment, sum((arms > 1)::int) AS several, sum((exposures = 0)::int) AS unexposed FROM (
    SELECT experiment, unit, count(*) AS arms, sum(exposures) AS exposures FROM (${RECOUNTED}) r
    WHERE exposures + impressions + clicks + conversions > 0 GROUP BY 1, 2
  ) u GROUP BY 1`;
const KEPT_PHASES =
  'SELECT experiment, units_in_several_arms AS several, units_without_exposure AS unexposed FROM exp_phase';

/** Looks in the raw tables for everything that was acknowledged, and recounts what the reports read. */
export async function checkStore(databaseUrl: string, acknowledged: string): Promise<StoreCheck> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'chaos' });
  await client.connect();
  try {
    await client.query('CREATE TEMP TABLE acked (identity text)');
    await pipeline(createReadStream(acknowledged), client.query(copyFrom('COPY acked FROM STDIN')));
    await client.query(`CREATE TEMP TABLE stored AS ${STORED}`);
    await client.query('ANALYZE acked, stored');
    const number = async (sql: string): Promise<number> =>
      Number((await client.query<{ n: string }>(`SELECT count(*) AS n FROM (${sql}) found`)).rows[0]?.n);
    const names = async (sql: string): Promise<string[]> =>
      (await client.query<{ name: string }>(`SELECT found::text AS name FROM (${sql} LIMIT ${SHOWN}) found`)).rows.map(
        ({ name }) => name,
      );
    const missing = 'SELECT identity FROM acked EXCEPT SELECT identity FROM stored';
    const nothing = `WHERE (${SUMS}) IS DISTINCT FROM (0, 0, 0, 0, 0, 0, 0)`;
    const differing = [
      differences(`SELECT * FROM (${RECOUNTED}) r ${nothing}`, `SELECT * FROM (${KEPT}) k ${nothing}`),
      differences(
        `SELECT * FROM (${DAYS} (${RECOUNTED}) r GROUP BY 1, 2) r ${nothing}`,
        `SELECT * FROM (${DAYS} rollup_day GROUP BY 1, 2) k ${nothing}`,
      ),
      differences(RECOUNTED_MOMENTS, KEPT_MOMENTS),
      differences(`SELECT * FROM (${RECOUNTED_PHASES}) r`, `SELECT * FROM (${KEPT_PHASES}) k`),
    ];
    const shown: string[] = [];
    for (const sql of differing) shown.push(...(await names(sql)));
    return {
      acked: await number('SELECT DISTINCT identity FROM acked'),
      stored: await number('SELECT FROM stored'),
      missing: await number(missing),
      missed: await names(missing),
      double: await number('SELECT identity FROM stored GROUP BY identity HAVING count(*) > 1'),
      statisticsEqual: shown.length === 0,
      differing: shown,
    };
  } finally {
    await client.end();
  }
}

/** What one of two queries has and the other has not. */
function differences(a: string, b: string): string {
  return `SELECT * FROM (((${a}) EXCEPT ALL (${b})) UNION ALL ((${b}) EXCEPT ALL (${a}))) differing`;
}
