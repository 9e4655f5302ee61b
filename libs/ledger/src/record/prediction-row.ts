import { BinaryRow } from '@adlift/persistence';
import type { PredictionRecord } from './prediction-record';

/** Columns of the prediction log in the order in which {@link encodePrediction} writes them. */
export const PREDICTION_COLUMNS = [
  ...['day', 'prediction_id', 'request_id', 'unit', 'placement', 'predicted_at', 'assignments', 'n'],
  ...['ad_ids', 'campaign_ids', 'columns', 'bid_micros', 'bid_type', 'currency', 'catalogue_version'],
  ...['model', 'model_version', 'bundle_digest', 'cvr_bundle_digest', 'pctr', 'pctr_raw', 'pcvr', 'ranks'],
  ...['propensity', 'row_flags', 'explored', 'forced', 'log_rate', 'fallback', 'fallback_source', 'trace_id'],
  ...['trace_sampled', 'total_us'],
];

const row = new BinaryRow();

/** A row of the prediction log in binary COPY format: bytes that can wait without keeping the request alive. */
export function encodePrediction(record: PredictionRecord): Buffer {
  row.begin(PREDICTION_COLUMNS.length);
  row.date(record.timeMs);
  row.uuid(record.predictionId);
  row.text(record.requestId);
  row.text(record.unitId);
  row.text(record.placement);
  row.timestamp(record.timeMs);
  row.jsonb(record.assignments);
  row.int4(record.n);
  row.texts(record.adIds);
  row.texts(record.campaignIds);
  row.bytea(record.columns);
  row.int8s(record.bidMicros);
  row.text(record.bidType);
  row.text(record.currency);
  row.int4(record.catalogueVersion);
  row.text(record.model);
  row.text(record.modelVersion);
  row.text(record.bundleDigest);
  row.text(record.cvrBundleDigest);
  row.float4s(record.pctr);
  row.float4s(record.pctrRaw);
  row.float4s(record.pcvr);
  row.int4s(record.rank);
  row.float8s(record.propensity);
  row.int4s(record.rowFlags);
  row.bool(record.explored);
  row.bool(record.forced);
  row.float8(record.logRate);
  row.bool(record.fallback);
  row.text(record.fallbackSource);
  row.text(record.traceId);
  row.bool(record.traceSampled);
  row.int4(record.totalUs);
  return row.finish();
}
