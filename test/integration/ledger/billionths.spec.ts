import { SeededRandom } from '@adlift/training';
import { LedgerBench } from './ledger-bench';
import { eventOf, fact } from './ledger-facts';

const BATCH = 5000;

/** Numbers of single precision in [0, 1]: of every size, and those whose decimals end in a half of the sixth digit. */
function probabilities(): number[] {
  const random = new SeededRandom(7);
  const found = [0, 1, 0.5, 0.1, 2 ** -10, 2 ** -20, 2 ** -30, 2 ** -149];
  for (let i = 0; i < 12_000; i++) found.push(random.next() ** (1 + (i % 12)));
  for (let power = 1; power < 30; power++) for (let k = 1; k < 400; k += 2) found.push(Math.min(1, k * 2 ** -power));
  return found.map(Math.fround);
}

describe('predicted clicks in 1e-9', () => {
  let bench: LedgerBench;

  beforeAll(async () => {
    bench = await LedgerBench.open();
  });
  afterAll(() => bench.close());

  it('are summed by the writer as PostgreSQL recounts them, to the digit', async () => {
    const all = probabilities();
    const writer = bench.writer();
    // Of a unit each, so that no error can hide behind another.
    const events = all.map((pctr, i) => eventOf(fact(i, `unit-${i}`), 'impression', { claims: { pctr } }));
    for (let at = 0; at < events.length; at += BATCH) {
      const outcomes = await writer.recordEvents(events.slice(at, at + BATCH));
      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['accepted']));
    }
    await bench.fold();
    const { unitDay } = await bench.provenStatistics();
    expect(unitDay).toHaveLength(all.length);
  }, 120_000);
});
