import { crc32 } from 'node:zlib';
import type { LedgerStream } from '../ledger-stream';
import { EventRecord, STAGED_COLUMNS } from '../record/event-record';
import { EXPOSURE_COLUMNS } from '../record/exposure-row';
import { PREDICTION_COLUMNS } from '../record/prediction-row';
import { columnOf } from '../record/row-head';
import { SHADOW_COLUMNS } from '../record/shadow-row';

const UNIT_OF_EVENT = placeIn(STAGED_COLUMNS, 'unit');
/** Behind its place in the batch. */
const UNIT_OF_EXPOSURE = 1 + placeIn(EXPOSURE_COLUMNS, 'unit');
const UNIT_OF_PREDICTION = PREDICTION_COLUMNS.indexOf('unit');
const PREDICTION_OF_SHADOW = SHADOW_COLUMNS.indexOf('prediction_id');

/**
 * The shard of a record, 0 to `shards` - 1: that of its unit, so that all of a unit's records of a stream are in one
 * queue. Shadow scores, which name no unit, go by their prediction, rejections by all they say. Throws RangeError for
 * bytes of another format.
 */
export function shardOf(stream: LedgerStream, record: Uint8Array, shards: number): number {
  return shards === 1 ? 0 : crc32(keyOf(stream, record)) % shards;
}

function keyOf(stream: LedgerStream, record: Uint8Array): Uint8Array {
  switch (stream) {
    case 'event':
      return columnOf(new EventRecord(record).row, UNIT_OF_EVENT);
    case 'exposure':
      return columnOf(record, UNIT_OF_EXPOSURE);
    case 'prediction':
      return columnOf(record, UNIT_OF_PREDICTION);
    case 'shadow':
      return columnOf(record, PREDICTION_OF_SHADOW);
    case 'rejection':
      return record;
  }
}

function placeIn(columns: string, name: string): number {
  return columns.split(',').findIndex((column) => column.trim() === name);
}
