import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSample } from './sample-file';

describe('readSample', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adlift-sample-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('reads CSV with quoted cells, line ends inside them, and empty cells as missing', async () => {
    const text = 'site,hour,price\r\n"a,""b""\n c",3,1.5\r\n,-4,\r\n"7",5,-.5e1\r\n';
    const { columns, n } = await readSample(file('a.csv', text));
    expect(n).toBe(3);
    expect(columns.get('site')).toEqual({
      kind: 'dict',
      dict: ['a,"b"\n c', '', '7'],
      idx: Uint32Array.of(0, 1, 2),
      missing: Uint8Array.of(2),
    });
    expect(columns.get('hour')).toEqual({ kind: 'i32', values: Int32Array.of(3, -4, 5) });
    expect(columns.get('price')).toEqual({
      kind: 'f32',
      values: Float32Array.of(1.5, 0, -5),
      missing: Uint8Array.of(2),
    });
  });

  it('reads JSON lines, large integers exactly, and a lacking member as missing', async () => {
    const { columns, n } = await readSample(
      file('a.jsonl', '{"user":9007199254740991,"x":1}\n\n{"user":1,"x":null}\n'),
    );
    expect(n).toBe(2);
    expect(columns.get('user')).toEqual({ kind: 'i64', values: BigInt64Array.of(9007199254740991n, 1n) });
    expect(columns.get('x')).toMatchObject({ missing: Uint8Array.of(2) });
  });

  it.each<[string, string, string, string]>([
    ['a ragged line', 'a.csv', 'a,b\n1,2\n3\n', 'line 3: 1 cells, the header has 2'],
    ['a misplaced quote', 'a.csv', 'a,b\n1,2\nx"y",2\n', 'line 3: a quote'],
    ['a quote that never ends', 'a.csv', 'a,b\n"1,2\n', 'line 2: a quote'],
    ['a file without rows', 'a.csv', 'a,b\n', 'holds no rows'],
    ['a line that is not JSON', 'a.jsonl', '{"a":1}\n{"a"', 'line 2:'],
    ['a line that is no object', 'a.jsonl', '[1]', 'line 1: is not an object'],
    ['a value that is no cell', 'a.jsonl', '{"a":[1]}', 'a is not a number, a text or null'],
  ])('names the place of %s', async (_what, name, text, message) => {
    await expect(readSample(file(name, text))).rejects.toThrow(message);
  });

  it('names a file that is not there', async () => {
    await expect(readSample(join(folder, 'nowhere.csv'))).rejects.toThrow('cannot read');
  });
});
