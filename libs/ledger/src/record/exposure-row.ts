import { BinaryRow } from '@adlift/persistence';
import { uuidV7Time } from '@adlift/wire';
import type { Exposure } from '../ledger-event';

const COLUMNS = [
  ...['experiment', 'phase', 'unit', 'variant', 'served', 'flag_digest', 'prediction_id', 'day', 'exposed_at'],
  ...['country', 'device'],
];
/** Columns of the table of exposures in the order in which {@link encodeExposure} writes them. */
export const EXPOSURE_COLUMNS = COLUMNS.join(', ');

const FIELDS = 1 + COLUMNS.length;
/** Before country and device were among them; such rows may still lie in a spool, or in a queue. */
const FIELDS_BEFORE = FIELDS - 2;
/** Two texts of no bytes. */
const NO_ATTRIBUTES = new Uint8Array(8);

/** Longer ones are cut: they are to tell parts of the traffic apart, and come from whoever asks. */
const LONGEST_ATTRIBUTE = 40;
/** PostgreSQL refuses a row with one, and a unit without its exposure would spoil the experiment. */
const NUL = '\0';

const row = new BinaryRow();

/** An exposure in binary COPY format, behind its place in the batch, which is set when it is staged. */
export function encodeExposure({ assignment, unitId, predictionId, timeMs, country, device }: Exposure): Buffer {
  row.begin(FIELDS);
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

/** A row of today's columns from one that may have been made before there were countries and devices. */
export function withAttributes(record: Uint8Array): Uint8Array {
  const fields = new DataView(record.buffer, record.byteOffset, record.byteLength).getInt16(0);
  if (fields !== FIELDS_BEFORE) return record;
  const whole = Buffer.concat([record, NO_ATTRIBUTES]);
  whole.writeInt16BE(FIELDS);
  return whole;
}

function attribute(value = ''): string {
  const short = value.slice(0, LONGEST_ATTRIBUTE);
  return short.includes(NUL) ? short.replaceAll(NUL, '') : short;
}
