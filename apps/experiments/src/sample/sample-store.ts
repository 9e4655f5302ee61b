import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import type { Sample } from '@adlift/client';
import { uuidV7Day } from '@adlift/wire';
import type { SampleQuery } from './sample-query';

type TimeField = 'predictedAt' | 'impression' | 'click';

/** A row of the query: times are dates, and 64-bit integers text. */
export interface SampleRow extends Omit<Sample, TimeField | 'bidMicros' | 'chargedMicros' | 'conversions' | 'request'> {
  readonly shownAt: Date | null;
  readonly shownValid: boolean;
  readonly position: number;
  readonly clickedAt: Date | null;
  readonly clickValid: boolean;
  readonly bidMicros: string;
  readonly chargedMicros: string;
  readonly conversions: string;
  readonly valueMicros: string;
  readonly requestId: string | null;
  readonly candidates: number;
  readonly totalUs: number;
  readonly fallbackSource: string;
}

const SAME = (table: string): string =>
  `(${table}.day, ${table}.prediction_id, ${table}.idx) = (e.day, e.prediction_id, e.idx)`;

/** The events that samples are found by, and what else is asked of them. */
const FOUND_BY: Readonly<Record<SampleQuery['outcome'], { readonly table: string; readonly where: string }>> = {
  shown: { table: 'impression', where: 'true' },
  fallback: { table: 'impression', where: 'e.fallback' },
  clicked: { table: 'click', where: 'true' },
  converted: { table: 'click', where: `EXISTS (SELECT FROM conversion c WHERE ${SAME('c')})` },
};

/** An arm that has hardly any events is searched for this long. */
const TIMEOUT_MS = 10_000;

/** Reads candidates of an experiment's arms with all that is known of them. */
@Injectable()
export class SampleStore {
  constructor(@InjectDataSource() private readonly source: DataSource) {}

  /** At most `limit` candidates, the newest prediction first. */
  async find(experiment: string, query: SampleQuery): Promise<SampleRow[]> {
    const { variant, phase, outcome, limit, cursor } = query;
    const { table, where } = FOUND_BY[outcome];
    return this.source.transaction(async (manager) => {
      await manager.query(`SET LOCAL statement_timeout = ${TIMEOUT_MS}`);
      return manager.query<SampleRow[]>(
        // From the newest back along the primary key: an arm's events are never far apart.
        `WITH list AS MATERIALIZED (
           SELECT id, phase, assigned, served, reason, flag_digest FROM assignment_set
           WHERE experiment = $1 AND ($2::text IS NULL OR assigned = $2) AND ($3::int IS NULL OR phase = $3)
         ), e AS MATERIALIZED (
           SELECT e.* FROM ${table} e
           WHERE e.assignment_set IN (SELECT id FROM list) AND ${where}
             AND ($4::date IS NULL OR e.day <= $4 AND (e.day, e.prediction_id, e.idx) < ($4, $5::uuid, $6::int))
           ORDER BY e.day DESC, e.prediction_id DESC, e.idx DESC LIMIT $7
         )
         SELECT e.prediction_id AS "predictionId", e.idx AS index, e.unit, e.ad_id AS "adId",
           e.campaign_id AS "campaignId", e.placement, list.phase, list.assigned, list.served, list.reason,
           list.flag_digest AS "flagDigest", m.name || '@' || m.version AS model, e.bundle_digest AS "modelDigest",
           e.pctr, e.pcvr, e.bid_micros AS "bidMicros", e.bid_type AS "bidType", e.currency, e.propensity, e.explored,
           e.fallback, i.event_time AS "shownAt", i.valid AS "shownValid", i.position, k.event_time AS "clickedAt",
           k.valid AS "clickValid", c.conversions, c.value_micros AS "valueMicros",
           CASE WHEN i.valid THEN i.charged_micros ELSE 0 END + CASE WHEN k.valid THEN k.charged_micros ELSE 0 END
             + c.charged_micros AS "chargedMicros",
           EXISTS (SELECT FROM feedback f WHERE ${SAME('f')} AND f.kind = 'hide' AND f.valid) AS hidden,
           p.request_id AS "requestId", p.n AS candidates, p.total_us AS "totalUs",
           p.fallback_source AS "fallbackSource", e.trace_id AS "traceId",
           EXISTS (SELECT FROM trace t WHERE t.trace_id = e.trace_id) AS "traceKept"
         FROM e
         JOIN list ON list.id = e.assignment_set
         LEFT JOIN model m ON m.digest = e.bundle_digest
         LEFT JOIN impression i ON ${SAME('i')}
         LEFT JOIN click k ON ${SAME('k')}
         LEFT JOIN prediction p ON (p.day, p.prediction_id) = (e.day, e.prediction_id)
         CROSS JOIN LATERAL (
           SELECT count(*) AS conversions, coalesce(sum(c.value_micros), 0) AS value_micros,
             coalesce(sum(c.charged_micros), 0) AS charged_micros
           FROM conversion c WHERE ${SAME('c')} AND c.valid
         ) AS c
         ORDER BY e.day DESC, e.prediction_id DESC, e.idx DESC`,
        [
          ...[experiment, variant, phase],
          ...(cursor === undefined
            ? [null, null, null]
            : [uuidV7Day(cursor.predictionId), cursor.predictionId, cursor.index]),
          limit,
        ],
      );
    });
  }
}
