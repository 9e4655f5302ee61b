import { CrashModel } from './crash-model.fixture';

/** ADLIFT_SPOOL_CRASHES sets the number; the full size is 3,000. */
const CRASHES = Number(process.env['ADLIFT_SPOOL_CRASHES'] ?? 60);

describe('a spool that crashes at any write', () => {
  it.each([
    { sectorBytes: 4096, largeOneIn: 10 },
    { sectorBytes: 4096, largeOneIn: 3 },
    { sectorBytes: 512, largeOneIn: 3 },
  ])(
    `loses, repeats and mixes up nothing in ${CRASHES} crashes, with sectors of $sectorBytes bytes, one in $largeOneIn large`,
    ({ sectorBytes, largeOneIn }) => {
      const model = new CrashModel(sectorBytes + largeOneIn, sectorBytes, largeOneIn);
      model.run(CRASHES);
      expect(model.crashes).toBeGreaterThanOrEqual(CRASHES);
    },
    CRASHES * 1000,
  );
});
