import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adliftProgram } from '../../../apps/cli/src/program';
import { TestApps } from '../setup/test-apps';

describe('adlift ads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'adlift-ads-'));
  let apps: TestApps;

  beforeAll(async () => {
    apps = await TestApps.start();
  }, 60_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await apps.stop();
  });

  /** What a command prints on standard output. */
  async function run(...args: string[]): Promise<string> {
    let printed = '';
    const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    try {
      const connection = { admin: apps.admin, importer: apps.importer, close: () => Promise.resolve() };
      await adliftProgram(() => Promise.resolve(connection), folder).parseAsync(['ads', ...args], { from: 'user' });
    } finally {
      write.mockRestore();
    }
    return printed;
  }

  const file = (name: string, ...lines: string[]): string => {
    writeFileSync(join(folder, name), lines.join('\n'));
    return name;
  };

  it('puts the ads of a file in as many versions as it needs, and shows one', async () => {
    const lines = Array.from({ length: 10_050 }, (_, i) => JSON.stringify({ adId: `ad-${i}`, features: { price: i } }));
    const put = JSON.parse(await run('put', file('ads.jsonl', ...lines, '', ''), '--json')) as object;
    expect(put).toEqual({ ads: 10_050, changed: 10_050, catalogueVersion: 2 });
    expect(await run('put', 'ads.jsonl')).toBe('10050 ads read, 0 new or changed; the catalogue is at version 2\n');
    expect(await run('get', 'ad-10049')).toMatch(/^ad-10049 as of catalogue version 2, [^]* price = 10049\n$/);
    expect(JSON.parse(await run('get', 'ad-3', '--version', '1', '--json'))).toMatchObject({
      catalogueVersion: 1,
      ad: { adId: 'ad-3', features: { price: 3 } },
    });
    expect(await run('remove', 'ad-3')).toBe('ad-3 is removed: the catalogue is at version 3\n');
    await expect(run('get', 'ad-3')).rejects.toThrow('ad "ad-3" was removed in version 3');
  });

  it.each<[string, string[], string]>([
    ['an empty file', [''], 'holds no ads'],
    ['a line that is not JSON', ['{"adId":"x"}', '', '{"adId"'], 'bad.jsonl, line 3 is not JSON'],
    ['a line that is no object', ['7'], 'bad.jsonl, line 1 is not an object'],
    ['a bad ad', ['', '{"adId":"x"}', '{"adId":"y","features":{"f":[]}}'], 'bad.jsonl, line 3: features.f: must be'],
  ])('names the place of %s', async (_what, lines, message) => {
    await expect(run('put', file('bad.jsonl', ...lines))).rejects.toThrow(message);
  });

  it('names a file that is not there', async () => {
    await expect(run('put', 'nowhere.jsonl')).rejects.toThrow('cannot read');
  });
});
