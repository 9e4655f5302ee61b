import { encodeExposure, streamStore } from '@adlift/ledger';
import { exposureOf, fact } from './ledger-facts';
import { LedgerBench } from './ledger-bench';

/** Two empty texts at the end of a row, country and device, which rows had not before. */
const ATTRIBUTES_BYTES = 8;

describe('exposures of a version without country and device', () => {
  let bench: LedgerBench;
  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterAll(() => bench.close());

  it('are stored beside those of today', async () => {
    const today = encodeExposure({ ...exposureOf(fact(1)), country: 'DE', device: 'phone' });
    const row = encodeExposure(exposureOf(fact(2)));
    const before = Buffer.from(row.subarray(0, row.length - ATTRIBUTES_BYTES));
    before.writeInt16BE(before.readInt16BE() - 2);
    const outcomes = await bench.withClient((client) => streamStore('exposure').store(client, [today, before]));
    expect(outcomes.map(({ status }) => status)).toEqual(['accepted', 'accepted']);
    expect(await bench.rows('SELECT unit, country, device FROM exposure ORDER BY unit')).toEqual([
      { unit: 'unit-1', country: 'DE', device: 'phone' },
      { unit: 'unit-2', country: '', device: '' },
    ]);
  });
});
