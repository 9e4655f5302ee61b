import fc from 'fast-check';
import {
  BLOB_HEADER_BYTES,
  checkBlob,
  DamagedBlob,
  MAX_BLOB_BYTES,
  MAX_RECORD_BYTES,
  putRecord,
  recordSpan,
  recordsOf,
  sealBlob,
} from './blob';

const memory = new Uint8Array(new SharedArrayBuffer(MAX_BLOB_BYTES));
const view = new DataView(memory.buffer);
const elsewhere = new Uint8Array(MAX_BLOB_BYTES + 3);

/** Writes records as the spool does, over whatever the memory held before. */
function blobOf(records: readonly Uint8Array[]): Uint8Array {
  const end = records.reduce((at, record) => putRecord(memory, view, at, record), BLOB_HEADER_BYTES);
  const blob = memory.subarray(0, end);
  sealBlob(blob, records.length);
  return blob;
}

const someRecords = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 40 });

describe('a blob', () => {
  it('gives back exactly the records that went in, in their order', () => {
    fc.assert(
      fc.property(someRecords, (records) => {
        // As it comes from the database: a copy, somewhere in other memory.
        const blob = blobOf(records);
        elsewhere.set(blob, 3);
        const read = elsewhere.subarray(3, 3 + blob.byteLength);
        checkBlob(read);
        expect(recordsOf(read)).toEqual(records);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('takes a record of the largest size, alone', () => {
    const record = new Uint8Array(MAX_RECORD_BYTES).fill(9);
    const blob = blobOf([record]);
    expect(blob.byteLength).toBe(MAX_BLOB_BYTES);
    checkBlob(blob);
    const [read, ...others] = recordsOf(blob);
    expect(Buffer.compare(read, record)).toBe(0);
    expect(others).toEqual([]);
  });

  it('begins every record at a multiple of 8', () => {
    for (let bytes = 0; bytes < 20; bytes++) expect(recordSpan(bytes) % 8).toBe(0);
    expect(recordSpan(0)).toBe(8);
    expect(recordSpan(8)).toBe(16);
    expect(recordSpan(9)).toBe(24);
  });

  it('notices any changed bit, in the header as in the records', () => {
    fc.assert(
      fc.property(someRecords, fc.nat(), fc.nat({ max: 7 }), (records, place, bit) => {
        const blob = blobOf(records).slice();
        blob[place % blob.byteLength] ^= 1 << bit;
        expect(() => checkBlob(blob)).toThrow(DamagedBlob);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('notices a missing end, down to nothing', () => {
    const blob = blobOf([new Uint8Array(100), new Uint8Array(5)]);
    for (let end = 0; end < blob.byteLength; end++) {
      expect(() => checkBlob(blob.subarray(0, end))).toThrow(DamagedBlob);
    }
  });
});
