import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PredictorEnvironment } from '../predictor-config';
import { AdStore } from './ad-store';
import { CatalogueSnapshot } from './catalogue-snapshot';

describe('the copy of the catalogue on disk', () => {
  const home = mkdtempSync(join(tmpdir(), 'adlift-snapshot-'));
  const file = join(home, 'catalogue', 'snapshot.jsonl');
  const snapshot = new CatalogueSnapshot({ ADLIFT_HOME: home } as PredictorEnvironment);
  const identity = { id: '0f0e', version: 12 };
  afterAll(() => rmSync(home, { recursive: true }));

  function store(ads: number): AdStore {
    const made = new AdStore();
    for (let i = 0; i < ads; i++)
      made.stage({
        adId: `广告-${i}`,
        campaignId: 'c',
        landingUrl: 'https://a.example/',
        features: { price: i / 3, text: `line\nand\u2028separator "${i % 50}"` },
      });
    made.commit();
    return made;
  }

  it('is absent before the first one is written', async () => {
    expect(await snapshot.load()).toBeUndefined();
  });

  it('gives back every ad, line breaks of all kinds included', async () => {
    const saved = store(3000);
    await snapshot.save(identity, saved);
    const loaded = await snapshot.load();
    expect(loaded?.identity).toEqual(identity);
    expect(new Map(Array.from(loaded?.store.records() ?? [], (ad) => [ad.adId, ad]))).toEqual(
      new Map(Array.from(saved.records(), (ad) => [ad.adId, ad])),
    );
  });

  it.each<[string, (text: string) => string]>([
    ['a changed byte', (text) => text.replace('"price":0', '"price":1')],
    ['a lost line', (text) => text.replace(/\n.*\n/, '\n')],
    ['a cut end', (text) => text.slice(0, text.length / 2)],
    ['nothing', () => ''],
    ['something else', () => 'not json\n'],
  ])('is refused with %s in it', async (_what, damage) => {
    await snapshot.save(identity, store(20));
    writeFileSync(file, damage(readFileSync(file, 'utf8')));
    await expect(snapshot.load()).rejects.toThrow();
  });
});
