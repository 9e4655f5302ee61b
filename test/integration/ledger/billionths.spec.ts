import { SeededRandom } from '@adlift/training';
import { billionths } from '../../../libs/ledger/src/store/billionths';
import { rows } from '../setup/rows';
import { createTestDatabase, type TestDatabase } from '../setup/test-database';

/** Numbers of single precision in [0, 1]: of every size, and those whose decimals end in a half of the sixth digit. */
function probabilities(): number[] {
  const random = new SeededRandom(7);
  const found = [0, 1, 0.5, Math.fround(0.1), 2 ** -10, 2 ** -20, 2 ** -30, 2 ** -149];
  for (let i = 0; i < 20_000; i++) found.push(Math.fround(random.next() ** (1 + (i % 12))));
  for (let power = 1; power < 30; power++) for (let k = 1; k < 400; k++) found.push(Math.min(1, k * 2 ** -power));
  return found.map(Math.fround);
}

describe('probabilities in 1e-9', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('are what PostgreSQL makes of them, to the digit', async () => {
    const all = probabilities();
    const found = await rows<{ e9: string }>(
      database.url,
      'SELECT round(p::numeric * 1000000000)::text AS e9 FROM unnest($1::real[]) WITH ORDINALITY AS t (p, i) ORDER BY i',
      [all],
    );
    const different = found.flatMap(({ e9 }, i) => (String(billionths(all[i] ?? NaN)) === e9 ? [] : [[all[i], e9]]));
    expect(different).toEqual([]);
    expect(found).toHaveLength(all.length);
  });
});
