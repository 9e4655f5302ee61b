import type { ClientBase } from 'pg';
import { uuidV7Day } from '@adlift/wire';
import type { AssignmentSets } from './assignment-set';
import { copyInto, copyRow } from '@adlift/persistence';
import type { LedgerEvent } from './ledger-event';

/** Columns of every raw event table, in the order in which they are staged. */
export const TOKEN_COLUMNS = `day, prediction_id, idx, event_time, unit, assignment_set, ad_id, campaign_id, placement,
  bid_micros, bid_type, currency, propensity, explored, pctr, pcvr, logged, log_rate, fallback, bundle_digest,
  cvr_bundle_digest, catalogue_version, trace_id, trace_sampled, charged_micros`;

const KIND_COLUMNS = 'position, followed_rank, viewable, conversion_kind, conversion_id, value_micros, reason';

const CREATE_STAGING = `CREATE TEMP TABLE IF NOT EXISTS staged_event (
  seq int, event_kind text, timed boolean,
  day date, prediction_id uuid, idx int, event_time timestamptz, unit text, assignment_set uuid, ad_id text,
  campaign_id text, placement text, bid_micros bigint, bid_type text, currency text, propensity double precision,
  explored boolean, pctr real, pcvr real, logged boolean, log_rate double precision, fallback boolean,
  bundle_digest text, cvr_bundle_digest text, catalogue_version int, trace_id text, trace_sampled boolean,
  charged_micros bigint, position int, followed_rank text, viewable text, conversion_kind text, conversion_id text,
  value_micros bigint, reason text
) ON COMMIT DELETE ROWS`;

/** Copies events into this connection's staging table; `seq` is the event's place in the array. */
export async function stageEvents(
  client: ClientBase,
  events: readonly LedgerEvent[],
  sets: AssignmentSets,
): Promise<void> {
  await client.query(CREATE_STAGING);
  const rows = events.map((event, seq) => stagedRow(event, seq, sets));
  await copyInto(client, 'staged_event', `seq, event_kind, timed, ${TOKEN_COLUMNS}, ${KIND_COLUMNS}`, rows);
}

function stagedRow(event: LedgerEvent, seq: number, sets: AssignmentSets): string {
  const { claims } = event;
  return copyRow([
    seq,
    event.kind,
    event.timed,
    uuidV7Day(claims.predictionId),
    claims.predictionId,
    claims.index,
    new Date(event.timeMs).toISOString(),
    claims.unitId,
    sets.idOf(claims.assignments),
    claims.adId,
    claims.campaignId,
    claims.placement,
    claims.bidMicros,
    claims.bidType,
    claims.currency,
    claims.propensity,
    claims.explored,
    claims.pctr,
    claims.pcvr,
    claims.logged,
    claims.logRate,
    claims.fallback,
    claims.bundleDigest,
    claims.cvrBundleDigest,
    claims.catalogueVersion,
    claims.traceId,
    claims.traceSampled,
    event.chargedMicros,
    event.position,
    event.followedRank,
    event.viewable,
    event.conversionKind,
    event.conversionId,
    event.valueMicros,
    event.reason,
  ]);
}
