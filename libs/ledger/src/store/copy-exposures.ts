import type { ClientBase } from 'pg';
import { CopyBlock, copyBinaryInto } from '@adlift/persistence';
import { laneOf } from '../fold/lanes';
import { EXPOSURE_COLUMNS } from '../record/exposure-row';
import { RowFields } from '../record/row-fields';

/** Columns of a row with its place in the batch before them. */
const PLACES = ['seq', ...EXPOSURE_COLUMNS.split(', ')];
const AT = {
  experiment: PLACES.indexOf('experiment'),
  phase: PLACES.indexOf('phase'),
  unit: PLACES.indexOf('unit'),
  variant: PLACES.indexOf('variant'),
  day: PLACES.indexOf('day'),
} as const;
const DELTA_COLUMNS = 'lane, experiment, phase, variant, unit, day, exposures';
const DELTA_COUNT = DELTA_COLUMNS.split(',').length;
const MAX_INT4 = 2 ** 31 - 1;
const SEPARATOR = '\0';

/**
 * Copies exposures straight into their table, and the deltas after them, in the order in which staged ones are inserted,
 * so that two writers of the same units wait for each other and not in a circle. Resolves with false, having done
 * nothing, when the batch has a row that the table does not hold. Throws what PostgreSQL says of a unit that is there
 * already, or comes twice; then it takes looking at each.
 */
export async function copyExposures(client: ClientBase, rows: readonly Uint8Array[]): Promise<boolean> {
  const fields = new RowFields(PLACES.length);
  const keyed: { readonly row: Buffer; readonly key: string }[] = [];
  for (const { buffer, byteOffset, byteLength } of rows) {
    const row = Buffer.from(buffer, byteOffset, byteLength);
    if (!fields.read(row, 0, byteLength) || fields.isEmpty(AT.unit)) return false;
    const phase = fields.int8(AT.phase);
    if (phase < 0 || phase > MAX_INT4) return false;
    keyed.push({
      row,
      key: [fields.value(AT.experiment), fields.value(AT.phase), fields.value(AT.unit)].join(SEPARATOR),
    });
  }
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  const ordered = keyed.map(({ row }) => row);
  await copyBinaryInto(client, 'exposure', EXPOSURE_COLUMNS, exposureRows(ordered));
  await copyBinaryInto(client, 'event_delta', DELTA_COLUMNS, deltaRows(ordered));
  return true;
}

function* exposureRows(rows: readonly Buffer[]): Generator<Buffer> {
  const fields = new RowFields(PLACES.length);
  const block = new CopyBlock();
  for (const row of rows) {
    fields.read(row, 0, row.length);
    if (!block.hasRoom(row.length)) yield block.take();
    block.begin(PLACES.length - 1);
    block.fields(row, fields.start(AT.experiment), fields.start(AT.phase));
    block.int4(fields.int8(AT.phase));
    block.fields(row, fields.start(AT.phase + 1), row.length);
  }
  yield block.take();
}

function* deltaRows(rows: readonly Buffer[]): Generator<Buffer> {
  const fields = new RowFields(PLACES.length);
  const block = new CopyBlock();
  for (const row of rows) {
    fields.read(row, 0, row.length);
    // What is left out of a row takes more than lane and count.
    if (!block.hasRoom(row.length)) yield block.take();
    block.begin(DELTA_COUNT);
    block.int4(laneOf(row, fields.valueStart(AT.unit), fields.start(AT.unit + 1)));
    block.fields(row, fields.start(AT.experiment), fields.start(AT.phase));
    block.int4(fields.int8(AT.phase));
    for (const place of [AT.variant, AT.unit, AT.day]) block.fields(row, fields.start(place), fields.start(place + 1));
    block.int8(1);
  }
  yield block.take();
}
