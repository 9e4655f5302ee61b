import type { EntityManager } from 'typeorm';
import { LATENCY_BINS, LATENCY_BINS_PER_OCTAVE } from '@adlift/statistics';
import { makeUuidV7, uuidV7Day } from '@adlift/wire';
import type { AssignmentFindings, ServedArm } from './judge-assignments';

/** Units without an exposure that are listed of a phase; with as many it has more than it may have. */
export const MOST_UNEXPOSED = 20_000;

/** What is looked at in one turn, whole Unix milliseconds. */
export interface ReviewWindow {
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  /** The newest so many; those before them are left out. */
  readonly limit: number;
}

const LEAST = new Uint8Array(16);
const ARM = 'experiment, phase, assigned';

/** The statements of a review, all in the caller's transaction. */
export class RequestReviewStore {
  constructor(private readonly manager: EntityManager) {}

  /** Until when the log was looked through, and how old what predictors still hold is; both by the database's clock. */
  async state(): Promise<{ throughMs: number | undefined; nowMs: number; heldMs: number }> {
    const [row] = await this.manager.query<{ through: number | null; now: number; held: number }[]>(
      `SELECT (SELECT extract(epoch FROM reviewed_through)::float8 FROM request_review_state) AS through,
         extract(epoch FROM clock_timestamp())::float8 AS now,
         (SELECT coalesce(max(spool_lag_ms), 0)::float8 FROM replica WHERE spooled > 0) AS held`,
    );
    if (row === undefined) throw new Error('PostgreSQL gave no time');
    const { through, now, held } = row;
    return { throughMs: through === null ? undefined : through * 1000, nowMs: now * 1000, heldMs: held };
  }

  /**
   * Lays out the window's requests that are in an arm, one row each, with their unit's exposure. That is looked up one
   * by one: joined, it was read whole for every request while PostgreSQL still took the young table to be empty.
   */
  async take({ fromMs, toMs, limit }: ReviewWindow): Promise<void> {
    const [from, to] = [fromMs, toMs].map((ms) => makeUuidV7(ms, LEAST)) as [string, string];
    await this.manager.query(
      `CREATE TEMP TABLE reviewed ON COMMIT DROP AS
       SELECT p.prediction_id, p.unit, p.total_us, a.experiment, a.phase, a.assigned, a."flagDigest" AS flag_digest,
         e.variant AS exposed, e.flag_digest AS exposed_digest
       FROM (
         SELECT prediction_id, unit, total_us, assignments FROM prediction
         WHERE day BETWEEN '${uuidV7Day(from)}' AND '${uuidV7Day(to)}'
           AND prediction_id >= '${from}' AND prediction_id < '${to}' AND NOT forced
         ORDER BY day DESC, prediction_id DESC LIMIT ${limit}
       ) AS p
       CROSS JOIN LATERAL jsonb_to_recordset(p.assignments)
         AS a (experiment text, phase int, assigned text, reason text, "flagDigest" text)
       LEFT JOIN LATERAL (
         SELECT variant, flag_digest FROM exposure e
         WHERE (e.experiment, e.phase, e.unit) = (a.experiment, a.phase, p.unit) LIMIT 1
       ) AS e ON true
       WHERE a.reason = 'split' AND a.assigned <> ''`,
    );
  }

  /** The requests taken, by unit and arm. */
  async servedArms(): Promise<ServedArm[]> {
    return this.manager.query(
      `SELECT experiment, phase, unit, assigned, flag_digest AS digest, count(*)::int AS requests,
         min(prediction_id::text) AS "predictionId", max(prediction_id::text) AS newest,
         CASE WHEN exposed IS NOT NULL THEN jsonb_build_object('variant', exposed, 'digest', exposed_digest) END AS exposed
       FROM reviewed GROUP BY experiment, phase, unit, assigned, flag_digest, exposed, exposed_digest
       ORDER BY "predictionId"`,
    );
  }

  /** Flags by digest; one that nobody stored is absent. */
  async flags(digests: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const rows = await this.manager.query<{ digest: string; flag: unknown }[]>(
      'SELECT digest, flag FROM flag_snapshot WHERE digest = ANY($1)',
      [digests],
    );
    return new Map(rows.map(({ digest, flag }) => [digest, flag]));
  }

  async addFindings(findings: readonly AssignmentFindings[]): Promise<void> {
    for (const { experiment, phase, newest, requests, leaked, unverified, example } of findings) {
      await this.manager.query(
        `INSERT INTO request_review AS kept (experiment, phase, newest, requests, leaked, unverified, example)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (experiment, phase) DO UPDATE SET newest = greatest(kept.newest, excluded.newest),
           requests = kept.requests + excluded.requests, leaked = kept.leaked + excluded.leaked,
           unverified = kept.unverified + excluded.unverified,
           example = coalesce(kept.example, excluded.example)`,
        [experiment, phase, newest, requests, leaked, unverified, example],
      );
    }
  }

  /** Lists the units without an exposure, and takes those from the list that have one by now. */
  async listUnexposed(): Promise<void> {
    await this.manager.query(
      `DELETE FROM unexposed_unit u USING exposure e
       WHERE (e.experiment, e.phase, e.unit) = (u.experiment, u.phase, u.unit)`,
    );
    await this.manager.query(
      `INSERT INTO unexposed_unit (experiment, phase, unit, prediction_id)
       SELECT experiment, phase, unit, prediction_id FROM (
         SELECT DISTINCT ON (experiment, phase, unit) experiment, phase, unit, prediction_id
         FROM reviewed WHERE exposed IS NULL ORDER BY experiment, phase, unit, prediction_id
       ) AS missing
       LEFT JOIN (SELECT experiment, phase, count(*) AS units FROM unexposed_unit GROUP BY experiment, phase) AS listed
         USING (experiment, phase)
       WHERE coalesce(listed.units, 0) < ${MOST_UNEXPOSED}
       ON CONFLICT DO NOTHING`,
    );
  }

  async addLatencies(): Promise<void> {
    await this.manager.query(
      `INSERT INTO arm_latency AS kept (experiment, phase, variant, bin, requests)
       SELECT ${ARM}, bin, count(*) FROM (
         SELECT ${ARM}, least(${LATENCY_BINS - 1}, floor(${LATENCY_BINS_PER_OCTAVE} * ln(greatest(total_us, 1)) / ln(2))) AS bin
         FROM reviewed
       ) AS binned GROUP BY ${ARM}, bin ORDER BY ${ARM}, bin
       ON CONFLICT (experiment, phase, variant, bin) DO UPDATE SET requests = kept.requests + excluded.requests`,
    );
  }

  async reviewedThrough(ms: number): Promise<void> {
    await this.manager.query(
      `INSERT INTO request_review_state (reviewed_through) VALUES (to_timestamp($1::float8))
       ON CONFLICT (one) DO UPDATE SET reviewed_through = excluded.reviewed_through`,
      [ms / 1000],
    );
  }
}
