import fc from 'fast-check';
import { DamagedBlob, sealBlob } from './blob';
import { packRecords, unpackRecords } from './packed-records';

describe('packed records', () => {
  it('come back as they went in, in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 40 }), (records) => {
        expect(unpackRecords(packRecords(records))).toEqual(records);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('are refused when a bit of them has changed, or a byte is missing', () => {
    const packed = packRecords([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
    for (let at = 0; at < packed.byteLength; at++) {
      const changed = packed.slice();
      changed[at] ^= 1;
      expect(() => unpackRecords(changed)).toThrow(DamagedBlob);
      expect(() => unpackRecords(packed.subarray(0, at))).toThrow(DamagedBlob);
    }
  });

  it('are refused when their lengths do not add up, although the checksum does', () => {
    const packed = packRecords([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
    new DataView(packed.buffer).setUint32(16, 300, true);
    sealBlob(packed, 1);
    expect(() => unpackRecords(packed)).toThrow(DamagedBlob);
  });
});
