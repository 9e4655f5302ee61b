import { isMissing, type Column, type PredictRequest } from '@adlift/wire';
import { AdCatalogue } from './ad-catalogue';
import { AdStore } from './ad-store';

function request(adIds: string[], changes: Partial<PredictRequest> = {}): PredictRequest {
  return {
    requestId: 'r',
    unitId: '',
    sessionId: '',
    privacy: 'FULL',
    routing: {},
    n: adIds.length,
    adIds,
    columns: new Map(),
    bidMicros: new Float64Array(0),
    bidType: 'CPC',
    currency: '',
    wantTokens: 1,
    onOverload: 'FALLBACK',
    forceVariant: '',
    placement: '',
    campaignIds: [],
    rawColumns: [],
    ...changes,
  };
}

function catalogue(): AdCatalogue {
  const store = new AdStore();
  store.stage({
    adId: 'a',
    campaignId: 'c-1',
    landingUrl: 'https://a.example/',
    features: { price: 2.5, site: 'news' },
  });
  store.stage({ adId: 'b', campaignId: '', landingUrl: '', features: { price: -1 } });
  store.stage({ adId: 'c', campaignId: 'c-2', landingUrl: '', features: { site: 'mail' } });
  store.stage({ adId: 'd', campaignId: 'c-2', landingUrl: '', features: { site: 'news', price: 0 } });
  store.commit();
  const ads = new AdCatalogue();
  ads.show(store, 7);
  return ads;
}

/** The values of a column, undefined where missing. */
function values(column: Column | undefined, n: number): unknown[] {
  return Array.from({ length: n }, (_, i) => {
    if (column === undefined || isMissing(column, i)) return undefined;
    return column.kind === 'dict' ? column.dict[column.idx[i] ?? -1] : column.values[i];
  });
}

describe('joining a request with the ad catalogue', () => {
  it('adds a column for every feature, missing where an ad has none or is not known', () => {
    const { columns, campaignIds } = catalogue().join(request(['d', 'nobody', 'b', 'c', 'a']));
    expect(values(columns.get('price'), 5)).toEqual([0, undefined, -1, undefined, 2.5]);
    expect(values(columns.get('site'), 5)).toEqual(['news', undefined, undefined, 'mail', 'news']);
    expect(columns.get('site')).toMatchObject({ kind: 'dict', dict: ['news', 'mail'] });
    expect(campaignIds).toEqual(['c-2', '', '', 'c-2', 'c-1']);
  });

  it('marks nothing missing where every candidate has the feature', () => {
    const { columns } = catalogue().join(request(['a', 'd']));
    expect([...columns].map(([, { missing }]) => missing)).toEqual([undefined, undefined]);
  });

  it('lets the columns and campaigns of the request win, and fills in for an empty column', () => {
    const own: Column = { kind: 'f32', values: Float32Array.of(9) };
    const empty: Column = { kind: 'f32', values: new Float32Array(0) };
    const columns = new Map([
      ['price', own],
      ['site', empty],
    ]);
    const joined = catalogue().join(request(['a', 'b'], { columns, campaignIds: ['mine'] }));
    expect(joined.columns.get('price')).toBe(own);
    expect(values(joined.columns.get('site'), 2)).toEqual(['news', undefined]);
    expect(joined.campaignIds).toEqual(['mine']);
    expect(columns.get('site')).toBe(empty);
  });

  it('returns the same request when it knows none of its ads, or none at all', () => {
    const stranger = request(['x', 'y']);
    expect(catalogue().join(stranger)).toBe(stranger);
    expect(new AdCatalogue().join(stranger)).toBe(stranger);
  });

  it('joins two requests one after the other without one showing through in the other', () => {
    const ads = catalogue();
    const first = ads.join(request(['a', 'c']));
    const second = ads.join(request(['b', 'd']));
    expect(values(first.columns.get('site'), 2)).toEqual(['news', 'mail']);
    expect(values(second.columns.get('site'), 2)).toEqual([undefined, 'news']);
    expect(values(first.columns.get('price'), 2)).toEqual([2.5, undefined]);
  });

  it('knows landing URLs', () => {
    const ads = catalogue();
    expect(['a', 'b', 'nobody'].map((adId) => ads.landingUrl(adId))).toEqual([
      'https://a.example/',
      undefined,
      undefined,
    ]);
  });
});
