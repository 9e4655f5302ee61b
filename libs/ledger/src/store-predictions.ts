import type { ClientBase } from 'pg';
import { uuidV7Day } from '@adlift/wire';
import { copyInto, copyNumbers, copyRow, copyTexts } from '@adlift/persistence';
import type { PredictionRecord } from './prediction-record';

const COLUMNS = `day, prediction_id, request_id, unit, placement, predicted_at, assignments, n, ad_ids, campaign_ids,
  columns, bid_micros, bid_type, currency, catalogue_version, model, model_version, bundle_digest, cvr_bundle_digest,
  pctr, pctr_raw, pcvr, ranks, propensity, row_flags, explored, forced, log_rate, fallback, fallback_source, trace_id,
  trace_sampled, total_us`;

/** Stores rows of the prediction log inside the caller's transaction; a row that is there already stays as it is. */
export async function storePredictions(client: ClientBase, records: readonly PredictionRecord[]): Promise<void> {
  await client.query('CREATE TEMP TABLE IF NOT EXISTS staged_prediction (LIKE prediction) ON COMMIT DELETE ROWS');
  await copyInto(client, 'staged_prediction', COLUMNS, records.map(predictionRow));
  await client.query(
    `INSERT INTO prediction (${COLUMNS}) SELECT ${COLUMNS} FROM staged_prediction ORDER BY day, prediction_id
     ON CONFLICT DO NOTHING`,
  );
}

function predictionRow(record: PredictionRecord): string {
  return copyRow([
    uuidV7Day(record.predictionId),
    record.predictionId,
    record.requestId,
    record.unitId,
    record.placement,
    new Date(record.timeMs).toISOString(),
    JSON.stringify(record.assignments),
    record.n,
    copyTexts(record.adIds),
    copyTexts(record.campaignIds),
    `\\x${Buffer.from(record.columns).toString('hex')}`,
    copyNumbers(record.bidMicros),
    record.bidType,
    record.currency,
    record.catalogueVersion,
    record.model,
    record.modelVersion,
    record.bundleDigest,
    record.cvrBundleDigest,
    copyNumbers(record.pctr),
    copyNumbers(record.pctrRaw),
    copyNumbers(record.pcvr),
    copyNumbers(record.rank),
    copyNumbers(record.propensity),
    copyNumbers(record.rowFlags),
    record.explored,
    record.forced,
    record.logRate,
    record.fallback,
    record.fallbackSource,
    record.traceId,
    record.traceSampled,
    record.totalUs,
  ]);
}
