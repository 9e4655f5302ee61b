import { BinaryRow } from '@adlift/persistence';
import type { ShadowScore } from './shadow-score';

/** Columns of the table of shadow scores in the order in which {@link encodeShadowScore} writes them. */
export const SHADOW_COLUMNS = [
  ...['day', 'prediction_id', 'experiment', 'phase', 'variant', 'shadow', 'model', 'bundle_digest'],
  ...['pctr_served', 'pctr_shadow', 'rate', 'scored_us'],
];

const row = new BinaryRow();

/** A row of the table of shadow scores in binary COPY format. */
export function encodeShadowScore(score: ShadowScore): Buffer {
  row.begin(SHADOW_COLUMNS.length);
  row.date(score.timeMs);
  row.uuid(score.predictionId);
  row.text(score.experiment);
  row.int4(score.phase);
  row.text(score.variant);
  row.text(score.shadow);
  row.text(score.model);
  row.text(score.bundleDigest);
  row.float4s(score.pctrServed);
  row.float4s(score.pctrShadow);
  row.float8(score.rate);
  row.int4(score.scoredUs);
  return row.finish();
}
