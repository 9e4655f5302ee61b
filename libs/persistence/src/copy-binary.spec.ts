import { BinaryRow } from './copy-binary';

/** Bytes of a row of one bytea column beside the value. */
const BESIDE = 6;
const BLOCK = 1 << 18;

/** A row of this many bytes, each of them `fill`. */
function rowOf(row: BinaryRow, bytes: number, fill: number): Buffer {
  row.begin(1);
  row.bytea([new Uint8Array(bytes - BESIDE).fill(fill)]);
  return row.finish();
}

describe('BinaryRow', () => {
  it('begins every row at a multiple of 8, whatever came before', () => {
    const row = new BinaryRow();
    for (let bytes = BESIDE; bytes < 200; bytes++) expect(rowOf(row, bytes, 1).byteOffset % 8).toBe(0);
  });

  it('goes on where a row ended at the very end of a block, of any length', () => {
    for (let over = 0; over < 24; over++) {
      const row = new BinaryRow();
      // More than half a block makes one of its own, twice as long as what was written and asked for.
      const large = rowOf(row, BLOCK / 2 + 20_001 + over, 7);
      const left = large.buffer.byteLength - large.byteOffset - large.byteLength;
      for (let short = 0; short < 10; short++) {
        const last = new BinaryRow();
        rowOf(last, BLOCK / 2 + 20_001 + over, 7);
        const fitting = rowOf(last, left - 8 - short, 8);
        const next = rowOf(last, 100, 9);
        expect([fitting.at(-1), next.at(-1), next.byteLength, next.byteOffset % 8]).toEqual([8, 9, 100, 0]);
      }
      expect(large.subarray(BESIDE).every((byte) => byte === 7)).toBe(true);
    }
  });
});
