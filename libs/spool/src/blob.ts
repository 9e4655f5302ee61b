import { crc32 } from 'node:zlib';

/**
 * A blob is one batch of records of one stream, little endian:
 *
 *     0  u32  format and its version, "ASB1"
 *     4  u32  number of records
 *     8  u32  bytes of the whole blob
 *    12  u32  CRC-32 of bytes 0 to 11 and 16 to the end
 *    16       per record: u32 length, u32 unused, the bytes, up to 7 bytes to the next multiple of 8
 *
 * Records begin at multiples of 8 because the engine copies into shared memory word by word only if source and target
 * are aligned, and byte by byte (seven times slower) otherwise.
 */
const FORMAT = 0x31425341;
const CRC_AT = 12;
const RECORD_HEADER_BYTES = 8;

/** Where a blob has the number of its records. */
export const RECORDS_AT = 4;
/** Where the first record of a blob begins. */
export const BLOB_HEADER_BYTES = 16;
/** The largest blob. */
export const MAX_BLOB_BYTES = 1 << 20;
/** The largest record, such that one fits into a blob of its own. */
export const MAX_RECORD_BYTES = MAX_BLOB_BYTES - BLOB_HEADER_BYTES - RECORD_HEADER_BYTES;

/** The blob is not what was written; the message says how that was noticed. */
export class DamagedBlob extends Error {
  override readonly name = 'DamagedBlob';
}

/** Bytes that a record of so many bytes takes in a blob. */
export function recordSpan(bytes: number): number {
  return RECORD_HEADER_BYTES + ((bytes + 7) & ~7);
}

/** Copies a record into a blob's memory at `at`, a multiple of 8; returns where the next one goes. */
export function putRecord(memory: Uint8Array, view: DataView, at: number, record: Uint8Array): number {
  view.setUint32(at, record.byteLength, true);
  view.setUint32(at + 4, 0, true);
  memory.set(record, at + RECORD_HEADER_BYTES);
  return at + recordSpan(record.byteLength);
}

/** Completes a blob whose records are in place: writes its header. */
export function sealBlob(blob: Uint8Array, records: number): void {
  const view = viewOf(blob);
  view.setUint32(0, FORMAT, true);
  view.setUint32(RECORDS_AT, records, true);
  view.setUint32(8, blob.byteLength, true);
  view.setUint32(CRC_AT, checksum(blob), true);
}

/** The checksum that a sealed blob has of itself. */
export function crcOf(blob: Uint8Array): number {
  return viewOf(blob).getUint32(CRC_AT, true);
}

/** Throws {@link DamagedBlob} unless the blob is, to the bit, one that was sealed, and with this checksum if one is given. */
export function checkBlob(blob: Uint8Array, crc?: number): void {
  if (blob.byteLength < BLOB_HEADER_BYTES) throw new DamagedBlob(`${blob.byteLength} bytes are no blob`);
  const view = viewOf(blob);
  if (view.getUint32(0, true) !== FORMAT) throw new DamagedBlob('it does not begin like a blob');
  if (view.getUint32(8, true) !== blob.byteLength) throw new DamagedBlob('its length is not the one written');
  const own = view.getUint32(CRC_AT, true);
  if (own !== checksum(blob) || own !== (crc ?? own)) throw new DamagedBlob('its checksum does not match');
}

/** The records of a blob that was checked, as views of its memory. */
export function recordsOf(blob: Uint8Array): Uint8Array[] {
  const view = viewOf(blob);
  const records = new Array<Uint8Array>(view.getUint32(RECORDS_AT, true));
  let at = BLOB_HEADER_BYTES;
  for (let i = 0; i < records.length; i++) {
    const bytes = view.getUint32(at, true);
    records[i] = blob.subarray(at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + bytes);
    at += recordSpan(bytes);
  }
  return records;
}

function checksum(blob: Uint8Array): number {
  return crc32(blob.subarray(BLOB_HEADER_BYTES), crc32(blob.subarray(0, CRC_AT)));
}

function viewOf(blob: Uint8Array): DataView {
  return new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
}
