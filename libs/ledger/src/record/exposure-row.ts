import { BinaryRow } from '@adlift/persistence';
import { uuidV7Time } from '@adlift/wire';
import type { Exposure } from '../ledger-event';

const COLUMNS = [
  ...['experiment', 'phase', 'unit', 'variant', 'served', 'flag_digest', 'prediction_id', 'day', 'exposed_at'],
  ...['country', 'device'],
];
/** Columns of the table of exposures in the order in which {@link encodeExposure} writes them. */
export const EXPOSURE_COLUMNS = COLUMNS.join(', ');

/** Longer ones are cut: they are to tell parts of the traffic apart, and come from whoever asks. */
const LONGEST_ATTRIBUTE = 40;

const row = new BinaryRow();

/** An exposure in binary COPY format, behind its place in the batch, which is set when it is staged. */
export function encodeExposure({ assignment, unitId, predictionId, timeMs, country, device }: Exposure): Buffer {
  row.begin(1 + COLUMNS.length);
  row.int4(0);
  row.text(assignment.experiment);
  row.int8(assignment.phase);
  row.text(unitId);
  row.text(assignment.assigned);
  row.text(assignment.served);
  row.text(assignment.flagDigest);
  row.uuid(predictionId);
  row.date(uuidV7Time(predictionId));
  row.timestamp(timeMs);
  row.text(attribute(country));
  row.text(attribute(device));
  return row.finish();
}

/** Without what PostgreSQL does not take in a text: the exposure counts whatever else its request said. */
function attribute(value = ''): string {
  return value.slice(0, LONGEST_ATTRIBUTE).replaceAll('\0', '');
}
