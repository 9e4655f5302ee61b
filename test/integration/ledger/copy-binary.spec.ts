import { Client } from 'pg';
import { BinaryRow, copyBinaryInto } from '@adlift/persistence';
import { createTestDatabase, type TestDatabase } from '../setup/test-database';

const COLUMNS = 'id, day, at, name, n, share, yes, doc, raw, f4, f8, i4, i8, names';
const ROWS = 400;

interface Row {
  readonly name: string;
  readonly names: string[];
  readonly raw: Buffer;
  readonly numbers: number[];
}

/** Rows of every size around the blocks that they are written into. */
function rowAt(i: number): Row {
  return {
    name: i % 3 === 0 ? '' : `été "${i}" \\ {,} \n${'x'.repeat(i)}`,
    names: Array.from({ length: i % 5 }, (_, j) => (j === 1 ? '' : `"${i}", é\\${j}`)),
    raw: Buffer.alloc((i * 977) % 20_000, i),
    numbers: Array.from({ length: i % 60 }, (_, j) => j * i),
  };
}

describe('binary COPY', () => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(`CREATE TABLE copied (id uuid, day date, at timestamptz, name text, n int, share float8, yes bool,
      doc jsonb, raw bytea, f4 real[], f8 float8[], i4 int[], i8 bigint[], names text[])`);
  }, 60_000);

  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('stores what was written, in rows of any size', async () => {
    const row = new BinaryRow();
    const timeMs = Date.UTC(2026, 10, 23, 1, 2, 3, 4);
    const written = Array.from({ length: ROWS }, (_, i) => {
      const { name, names, raw, numbers } = rowAt(i);
      row.begin(14);
      row.uuid(`0190e0a0-0000-7000-8000-${String(i).padStart(12, '0')}`);
      row.date(timeMs);
      row.timestamp(timeMs);
      row.text(name);
      row.int4(1 - i);
      row.float8(i / 3);
      row.bool(i % 2 === 0);
      row.jsonb({ i, name });
      row.bytea([raw, Buffer.of(1, 2)]);
      row.float4s(Float32Array.from(numbers));
      row.float8s(numbers);
      row.int4s(numbers);
      row.int8s(numbers.map((value) => value * 2 ** 33 - 7));
      row.texts(names);
      return row.finish();
    });
    await copyBinaryInto(client, 'copied', COLUMNS, written);
    const { rows } = await client.query<Record<string, unknown>>(`SELECT *, day::text AS day FROM copied ORDER BY id`);
    expect(rows).toHaveLength(ROWS);
    rows.forEach((stored, i) => {
      const { name, names, raw, numbers } = rowAt(i);
      expect(stored).toMatchObject({
        day: '2026-11-23',
        at: new Date(timeMs),
        name,
        n: 1 - i,
        share: i / 3,
        yes: i % 2 === 0,
        doc: { i, name },
        f4: numbers,
        f8: numbers,
        i4: numbers,
        i8: numbers.map((value) => String(value * 2 ** 33 - 7)),
        names,
      });
      expect(Buffer.compare(stored['raw'] as Buffer, Buffer.concat([raw, Buffer.of(1, 2)]))).toBe(0);
    });
  });

  it('keeps U+0000 visible, which a text column cannot hold', async () => {
    const row = new BinaryRow();
    row.begin(1);
    row.text('a\0b');
    await copyBinaryInto(client, 'copied', 'name', [row.finish()]);
    const { rows } = await client.query<{ name: string }>('SELECT name FROM copied WHERE id IS NULL');
    expect(rows).toEqual([{ name: 'a\uFFFDb' }]);
  });
});
