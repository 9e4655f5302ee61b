import { DomainError } from '@adlift/problem';
import { parsePutAds } from './put-ads-body';

function refusal(body: unknown): DomainError {
  try {
    parsePutAds(body);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('was taken');
}

describe('the body of PUT /v1/ads', () => {
  it('takes ads with what they have, and a null for a missing feature', () => {
    const landingUrl = 'https://shop.example/17?a=b#c';
    expect(
      parsePutAds({
        ads: [
          { adId: 'a', features: { price: 1, gone: null } },
          { adId: 'b', campaignId: 'c', landingUrl },
        ],
      }),
    ).toEqual([
      { adId: 'a', campaignId: '', landingUrl: '', features: { price: 1 } },
      { adId: 'b', campaignId: 'c', landingUrl, features: {} },
    ]);
  });

  it.each<[string, unknown]>([
    ['body', null],
    ['body', []],
    ['ads', {}],
    ['ads', { ads: [] }],
    ['ads', { ads: Array.from({ length: 10_001 }, (_, i) => ({ adId: `a${i}` })) }],
    ['surprise', { ads: [{ adId: 'a' }], surprise: 1 }],
  ])('is refused with "%s" at fault', (field, body) => {
    expect(refusal(body)).toMatchObject({ code: 'invalid_argument', field });
  });

  it.each<[string, unknown]>([
    ['', 'ad'],
    ['.adId', {}],
    ['.adId', { adId: '' }],
    ['.adId', { adId: 7 }],
    ['.adId', { adId: 'x'.repeat(129) }],
    ['.adId', { adId: '\ud800' }],
    ['.adId', { adId: 'first' }],
    ['.campaignId', { adId: 'a', campaignId: 'nul\0' }],
    ['.landingUrl', { adId: 'a', landingUrl: '/relative' }],
    ['.landingUrl', { adId: 'a', landingUrl: 'javascript:alert(1)' }],
    ['.landingUrl', { adId: 'a', landingUrl: 'https://a.example/\r\nset-cookie: x' }],
    ['.landingUrl', { adId: 'a', landingUrl: 'https://' }],
    ['.landingUrl', { adId: 'a', landingUrl: 'https://a.example/\ud800' }],
    ['.landingUrl', { adId: 'a', landingUrl: `https://a.example/${'x'.repeat(2048)}` }],
    ['.landingUrl', { adId: 'a', landingUrl: 7 }],
    ['.color', { adId: 'a', color: 'red' }],
    ['.features', { adId: 'a', features: [] }],
    ['.features', { adId: 'a', features: Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`f${i}`, i])) }],
    [
      '.features',
      { adId: 'a', features: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`f${i}`, 'x'.repeat(1000)])) },
    ],
    ['.features.', { adId: 'a', features: { '': 1 } }],
    ['.features.deep', { adId: 'a', features: { deep: { er: 1 } } }],
    ['.features.many', { adId: 'a', features: { many: [1] } }],
    ['.features.yes', { adId: 'a', features: { yes: true } }],
    ['.features.big', { adId: 'a', features: { big: 1e39 } }],
    ['.features.inf', { adId: 'a', features: { inf: Infinity } }],
    ['.features.nan', { adId: 'a', features: { nan: NaN } }],
    ['.features.long', { adId: 'a', features: { long: 'é'.repeat(513) } }],
    ['.features.nul', { adId: 'a', features: { nul: '\0' } }],
    ['.features.half', { adId: 'a', features: { half: '\udc00' } }],
    ['.features.price', { adId: 'a', features: { price: 'cheap' } }],
  ])('is refused with "ads[1]%s" at fault', (path, ad) => {
    expect(refusal({ ads: [{ adId: 'first', features: { price: 1 } }, ad] })).toMatchObject({
      code: 'invalid_argument',
      field: `ads[1]${path}`,
    });
  });

  it('names every wrong field at once, up to a hundred', () => {
    const { field, members } = refusal({ ads: [{ adId: '' }, { adId: 'a', features: { f: true }, landingUrl: 'x' }] });
    expect(field).toBe('ads[0].adId');
    expect(members).toMatchObject({
      errorCount: 3,
      errors: [{ field: 'ads[0].adId' }, { field: 'ads[1].landingUrl' }, { field: 'ads[1].features.f' }],
    });
    const many = refusal({ ads: Array.from({ length: 500 }, () => ({})) }).members;
    expect([many['errorCount'], (many['errors'] as unknown[]).length]).toEqual([500, 100]);
  });

  it('refuses more different features than a request may have columns', () => {
    const ads = Array.from({ length: 257 }, (_, i) => ({ adId: `a${i}`, features: { [`f${i}`]: i } }));
    expect(refusal({ ads })).toMatchObject({ field: 'ads' });
    expect(parsePutAds({ ads: ads.slice(1) })).toHaveLength(256);
  });
});
