import type { EntityManager } from 'typeorm';
import { uuidV7Time } from '@adlift/wire';

/** What is known of a phase's requests beyond their events. */
export interface ServedRequests {
  /** What was found in the logged requests that were looked at. */
  readonly review: ReviewedRequests;
  /** By variant, logged requests by the bin of their latency; a variant without any is absent. */
  readonly latency: Readonly<Record<string, readonly (readonly [bin: number, requests: number])[]>>;
  /** What of the flag was changed by hand in Unleash during the phase, as far as it is known; null when nothing was. */
  readonly handEdit: readonly string[] | null;
}

/** What looking through the prediction log has found of a phase. */
export interface ReviewedRequests {
  /** Time of the newest of them, ISO 8601; null while there is none. */
  readonly through: string | null;
  readonly requests: number;
  /** Of them, those whose arm, or their unit's exposure, is not what the flag gives to the unit. */
  readonly leaked: number;
  /** Of them, those of which that cannot be told. */
  readonly unverified: number;
  /** One of the leaked, in words. */
  readonly example: string | null;
  /** Units with a request in an arm and no exposure, counted up to 20,000. */
  readonly unexposedUnits: number;
}

/** Reads what is kept of the requests of a phase; none of it grows with the traffic. */
export async function servedRequests(
  manager: EntityManager,
  experiment: string,
  phase: number,
): Promise<ServedRequests> {
  const [review]: Readonly<Record<string, string | null>>[] = await manager.query(
    `SELECT requests, leaked, unverified, example, newest,
       (SELECT count(*) FROM unexposed_unit WHERE experiment = $1 AND phase = $2) AS unexposed
     FROM (SELECT $1::text AS experiment, $2::int AS phase) AS asked LEFT JOIN request_review USING (experiment, phase)`,
    [experiment, phase],
  );
  const latency: { variant: string; bins: [number, number][] }[] = await manager.query(
    `SELECT variant, jsonb_agg(jsonb_build_array(bin, requests) ORDER BY bin) AS bins
     FROM arm_latency WHERE experiment = $1 AND phase = $2 GROUP BY variant ORDER BY variant`,
    [experiment, phase],
  );
  const [edit]: { fields: string[] | null; reason: string | null }[] = await manager.query(
    `SELECT p.closed_reason AS reason,
       (SELECT array_agg(one ->> 'field') FROM jsonb_array_elements(e.drift -> 'differences') AS one) AS fields
     FROM experiment e LEFT JOIN experiment_phase p ON (p.experiment, p.phase) = (e.key, $2) WHERE e.key = $1`,
    [experiment, phase],
  );
  const newest = review?.['newest'] ?? null;
  return {
    review: {
      through: newest === null ? null : new Date(uuidV7Time(newest)).toISOString(),
      requests: Number(review?.['requests'] ?? 0),
      leaked: Number(review?.['leaked'] ?? 0),
      unverified: Number(review?.['unverified'] ?? 0),
      example: review?.['example'] ?? null,
      unexposedUnits: Number(review?.['unexposed'] ?? 0),
    },
    latency: Object.fromEntries(latency.map(({ variant, bins }) => [variant, bins])),
    handEdit: edit?.fields ?? (edit?.reason === 'drift' ? [] : null),
  };
}
