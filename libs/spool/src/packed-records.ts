import {
  BLOB_HEADER_BYTES,
  checkBlob,
  DamagedBlob,
  putRecord,
  recordSpan,
  recordsOf,
  RECORDS_AT,
  sealBlob,
} from './blob';

/** These records as one sealed blob, in their order: what a spool keeps of them, for whoever carries them further. */
export function packRecords(records: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = records.reduce((sum, record) => sum + recordSpan(record.byteLength), BLOB_HEADER_BYTES);
  const blob = new Uint8Array(bytes);
  const view = new DataView(blob.buffer);
  records.reduce((at, record) => putRecord(blob, view, at, record), BLOB_HEADER_BYTES);
  sealBlob(blob, records.length);
  return blob;
}

/**
 * The records of such a blob that came from elsewhere, as views of its memory. Throws {@link DamagedBlob} unless it is,
 * to the bit, one that was packed.
 */
export function unpackRecords(blob: Uint8Array): Uint8Array[] {
  checkBlob(blob);
  // A checksum can be right by design, too: whoever made the blob may have counted otherwise.
  if (endOfRecords(blob) !== blob.byteLength) throw new DamagedBlob('its records are not as long as it is');
  return recordsOf(blob);
}

/** Where the last record ends, by the lengths before each; beyond the blob's end where one of them is not in it. */
function endOfRecords(blob: Uint8Array): number {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  let at = BLOB_HEADER_BYTES;
  for (let left = view.getUint32(RECORDS_AT, true); left > 0; left--) {
    if (at >= blob.byteLength) return Infinity;
    at += recordSpan(view.getUint32(at, true));
  }
  return at;
}
