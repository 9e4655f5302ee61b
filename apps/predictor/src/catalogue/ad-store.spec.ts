import type { AdRecord } from './ad-record';
import { AdStore, UNKNOWN_AD } from './ad-store';

const ad = (adId: string, features: AdRecord['features'], rest: Partial<AdRecord> = {}): AdRecord => ({
  adId,
  campaignId: '',
  landingUrl: '',
  features,
  ...rest,
});

function contents(store: AdStore): AdRecord[] {
  return [...store.records()].sort((a, b) => (a.adId < b.adId ? -1 : 1));
}

describe('the ad store', () => {
  it('gives back what was put in, by id', () => {
    const store = new AdStore();
    const records = [
      ad('a', { price: 1.5, site: '' }, { campaignId: 'c', landingUrl: 'https://a.example/' }),
      ad('b', { site: 'news' }),
      ad('c', {}),
    ];
    for (const record of records) store.stage(record);
    store.commit();
    expect(contents(store)).toEqual(records);
    expect(store.landingUrl(store.row('a'))).toBe('https://a.example/');
    expect(store.row('d')).toBe(UNKNOWN_AD);
  });

  it('shows nothing of a change before it is committed', () => {
    const store = new AdStore();
    store.stage(ad('a', { price: 1 }));
    store.stage(ad('b', { price: 2 }));
    store.commit();
    const before = contents(store);
    store.stage(ad('a', { price: 10, extra: 'x' }));
    store.stage(ad('c', { price: 30 }));
    store.stageRemoval('b');
    expect([contents(store), store.features.map(({ name }) => name)]).toEqual([before, ['price']]);
    store.commit();
    expect(contents(store)).toEqual([ad('a', { price: 10, extra: 'x' }), ad('c', { price: 30 })]);
  });

  it('forgets a feature that a new version of the ad does not have', () => {
    const store = new AdStore();
    store.stage(ad('a', { price: 1, site: 'news' }, { campaignId: 'c' }));
    store.commit();
    store.stage(ad('a', { site: 'mail' }));
    store.commit();
    expect(contents(store)).toEqual([ad('a', { site: 'mail' })]);
  });

  it('uses rows and codes again, so that a catalogue that keeps changing does not grow', () => {
    const store = new AdStore();
    let greatest = 0;
    for (let version = 0; version < 200; version++) {
      for (let i = 0; i < 50; i++) {
        if ((version + i) % 7 === 0) store.stageRemoval(`ad-${i}`);
        else store.stage(ad(`ad-${i}`, { title: `title ${version} of ${i}`, price: version }));
      }
      store.commit();
      for (let i = 0; i < 50; i++) greatest = Math.max(greatest, store.row(`ad-${i}`));
    }
    expect(greatest).toBeLessThan(250);
    for (const record of store.records()) expect(record.features['title']).toMatch(/^title 199 of /);
  });

  it('lets a feature become one of another kind when all ads that have it change together', () => {
    const store = new AdStore();
    for (const adId of ['a', 'b', 'c', 'd', 'e', 'f']) store.stage(ad(adId, { price: '1.5' }));
    store.commit();
    for (const adId of ['a', 'b', 'c', 'd', 'e', 'f']) store.stage(ad(adId, { price: 1.5 }));
    store.commit();
    expect(store.features.map(({ name, used }) => [name, used])).toEqual([['price', 6]]);
    expect(contents(store)[0]).toEqual(ad('a', { price: 1.5 }));
  });

  it('keeps every ad while it grows', () => {
    const store = new AdStore();
    for (let i = 0; i < 5000; i++) {
      store.stage(ad(`ad-${i}`, { number: i, text: `t${i % 300}` }, { campaignId: `c${i % 9}` }));
      if (i % 700 === 0) store.commit();
    }
    store.commit();
    expect(store.size).toBe(5000);
    for (const { adId, campaignId, features } of store.records()) {
      const i = Number(adId.slice(3));
      expect([campaignId, features]).toEqual([`c${i % 9}`, { number: i, text: `t${i % 300}` }]);
    }
  });
});
