import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { packRecords, unpackRecords } from '@adlift/spool';
import type { LedgerStream } from '../ledger-stream';
import { EventRecord } from '../record/event-record';
import { decodeRejection } from '../record/rejection';
import { columnOf } from '../record/row-head';
import type { Letter } from './publisher';
import { shardOf } from './shard-of';
import { queueOf } from './topology';

/** Version 1 of what a message holds: one blob of the spool, compressed by zstd. */
const CONTENT_TYPE = 'application/vnd.adlift.records.v1';

/** Header: when the oldest record came, Unix milliseconds. */
const ARRIVED = 'adlift-arrived-ms';

/** A message holds no more than this, if it holds more than one record: queues like neither large ones nor many. */
const MAX_RECORDS = 1250;
const MAX_BYTES = 256 << 10;
/** A blob is no larger, so what claims to be is none. */
const MAX_BLOB_BYTES = 2 << 20;
/** Half a microsecond a record, and every node has a tenth to write to disk and to send on. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** The records as messages, each for the queue of its shard, in their order within a shard. */
export function lettersOf(
  stream: LedgerStream,
  records: readonly Uint8Array[],
  arrivedMs: number,
  shards: number,
): Letter[] {
  const byShard: Uint8Array[][] = Array.from({ length: shards }, () => []);
  for (const record of records) byShard[shardOf(stream, record, shards)].push(record);
  return byShard.flatMap((ofShard, shard) =>
    parcels(ofShard).map((parcel): Letter => {
      return {
        queue: queueOf(stream, shard),
        content: zstdCompressSync(packRecords(parcel), FAST),
        options: {
          ...{ contentType: CONTENT_TYPE, contentEncoding: 'zstd', type: stream },
          headers: { [ARRIVED]: arrivedMs },
        },
      };
    }),
  );
}

/** When the oldest record of a message came, as its header says; now when it does not. */
export function arrivedMsOf(headers: Readonly<Record<string, unknown>> | undefined): number {
  const arrived = headers?.[ARRIVED];
  return typeof arrived === 'number' ? arrived : Date.now();
}

/** The records in a message of this stream. Throws Error saying why it cannot be read. */
export function recordsIn(stream: LedgerStream, content: Buffer): Uint8Array[] {
  const records = unpackRecords(zstdDecompressSync(content, { maxOutputLength: MAX_BLOB_BYTES }));
  for (const record of records) check(stream, record);
  return records;
}

function parcels(records: readonly Uint8Array[]): Uint8Array[][] {
  const found: Uint8Array[][] = [];
  let bytes = 0;
  for (const record of records) {
    const last = found.at(-1);
    if (last === undefined || last.length === MAX_RECORDS || bytes + record.byteLength > MAX_BYTES) {
      found.push([record]);
      bytes = record.byteLength;
    } else {
      last.push(record);
      bytes += record.byteLength;
    }
  }
  return found;
}

/** Throws for a record that its store could not even look at: what PostgreSQL does not take is found by itself. */
function check(stream: LedgerStream, record: Uint8Array): void {
  if (stream === 'event') columnOf(new EventRecord(record).row, 0);
  else if (stream === 'rejection') decodeRejection(record);
  else columnOf(record, 0);
}
