import fc from 'fast-check';
import { columnLength, isMissing, type Column } from './column';
import { decodePredictRequest } from './decode-predict-request';
import { adlift as proto } from './generated/adlift';
import { InvalidField } from './predict-request';
import { validatePredictRequest } from './validate-predict-request';

const { PredictRequest, BidType, OnOverload, Privacy } = proto.v1;

const id = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => text.isWellFormed());
const micros = fc.integer({ min: 0, max: 1e12 });
const uint8s = fc.uint8Array({ maxLength: 4 });

const column: fc.Arbitrary<proto.v1.IColumn> = fc
  .tuple(
    fc.oneof(
      fc.record({ f32: fc.array(fc.float(), { minLength: 1, maxLength: 5 }) }),
      fc.record({ i64: fc.array(fc.maxSafeInteger(), { minLength: 1, maxLength: 5 }) }),
      fc.record({
        rawF32: fc.float32Array({ minLength: 1, maxLength: 5 }).map((values) => new Uint8Array(values.buffer)),
      }),
      fc.record({
        rawI32: fc.int32Array({ minLength: 1, maxLength: 5 }).map((values) => new Uint8Array(values.buffer)),
      }),
      fc.record({
        dict: fc.array(id, { minLength: 1, maxLength: 3 }),
        idx: fc.array(fc.nat(0xffffffff), { minLength: 1, maxLength: 5 }),
      }),
    ),
    uint8s,
  )
  .map(([form, missing]) => (missing.length === 0 ? form : { ...form, missing }));

const request: fc.Arbitrary<proto.v1.IPredictRequest> = fc.record({
  requestId: id,
  unitId: id,
  privacy: fc.constantFrom(Privacy.FULL, Privacy.LIMITED),
  routing: fc.dictionary(id, id, { maxKeys: 3 }),
  n: fc.nat(5000),
  adId: fc.array(id, { maxLength: 4 }),
  columns: fc
    .uniqueArray(
      fc.tuple(
        id.filter((name) => name !== ''),
        column,
      ),
      { selector: ([name]) => name, maxLength: 4 },
    )
    .map((list) => list.map(([name, form]) => ({ ...form, name }))),
  bidMicros: fc.array(micros, { maxLength: 4 }),
  bidType: fc.constantFrom(BidType.CPC, BidType.CPM, BidType.CPA),
  currency: id,
  onOverload: fc.constantFrom(OnOverload.FALLBACK, OnOverload.ERROR),
  forceVariant: id,
  placement: id,
  campaignId: fc.array(id, { maxLength: 4 }),
  sessionId: id,
});

/** The column's values as the generated message holds them. */
function valuesOf(form: Column): unknown {
  if (form.kind === 'dict') return { dict: form.dict, idx: Array.from(form.idx) };
  return form.kind === 'i64' ? Array.from(form.values, Number) : Array.from(form.values);
}

function expectedValues(form: proto.v1.IColumn): unknown {
  const aligned = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
  if (form.rawF32) return Array.from(new Float32Array(aligned(form.rawF32)));
  if (form.rawI32) return Array.from(new Int32Array(aligned(form.rawI32)));
  if (form.dict) return { dict: form.dict, idx: form.idx };
  return form.f32 ?? form.i64;
}

describe('decodePredictRequest', () => {
  it('reads what the generated code writes', () => {
    fc.assert(
      fc.property(request, (sent) => {
        const decoded = decodePredictRequest(PredictRequest.encode(sent).finish());
        expect(decoded).toMatchObject({
          requestId: sent.requestId,
          unitId: sent.unitId,
          privacy: sent.privacy === Privacy.LIMITED ? 'LIMITED' : 'FULL',
          n: sent.n,
          adIds: sent.adId,
          bidType: BidType[sent.bidType ?? 0],
          currency: sent.currency,
          onOverload: OnOverload[sent.onOverload ?? 0],
          forceVariant: sent.forceVariant,
          placement: sent.placement,
          sessionId: sent.sessionId,
          campaignIds: sent.campaignId,
          wantTokens: 1,
        });
        expect(Object.entries(decoded.routing)).toEqual(Object.entries(sent.routing ?? {}));
        expect(Array.from(decoded.bidMicros)).toEqual(sent.bidMicros);
        expect([...decoded.columns.keys()]).toEqual(sent.columns?.map(({ name }) => name));
        for (const form of sent.columns ?? []) {
          const got = decoded.columns.get(form.name ?? '') as Column;
          expect(valuesOf(got)).toEqual(expectedValues(form));
          expect(columnLength(got)).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('keeps the columns as they came, so that the log can be decoded again', () => {
    const columns = [
      { name: 'a', f32: [1, 2] },
      { name: 'b', dict: ['x'], idx: [0], missing: Uint8Array.of(1) },
    ];
    const { rawColumns, columns: decoded } = decodePredictRequest(PredictRequest.encode({ columns }).finish());
    const logged = PredictRequest.decode(Buffer.concat(rawColumns));
    expect(logged.columns.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(isMissing(decoded.get('b') as Column, 0)).toBe(true);
  });

  it.each<[proto.v1.IWantTokens | undefined, number]>([
    [undefined, 1],
    [{ none: true }, 0],
    [{ top: 7 }, 7],
    [{ all: true }, Infinity],
    [{}, 1],
  ])('takes the wish for tokens %j as %d', (wantTokens, expected) => {
    const sent = wantTokens === undefined ? {} : { wantTokens };
    expect(decodePredictRequest(PredictRequest.encode(sent).finish()).wantTokens).toBe(expected);
  });

  it('keeps a hostile routing key an ordinary entry', () => {
    const routing = JSON.parse('{"__proto__": "x", "country": "DE"}') as Record<string, string>;
    const decoded = decodePredictRequest(PredictRequest.encode({ routing }).finish());
    expect(Object.keys(decoded.routing)).toEqual(['__proto__', 'country']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('reads bids that are not packed', () => {
    expect(Array.from(decodePredictRequest(Uint8Array.of(0x40, 5, 0x40, 6)).bidMicros)).toEqual([5, 6]);
  });

  it('refuses a message that ends within a field, wherever that is', () => {
    const whole = PredictRequest.encode({ requestId: 'request-1', adId: ['ad-1'], campaignId: ['c-1'] }).finish();
    for (const length of [2, 5, 10, whole.length - 1]) {
      expect(() => decodePredictRequest(Buffer.from(whole.subarray(0, length)))).toThrow(InvalidField);
    }
  });

  it('meets random bytes with nothing but InvalidField', () => {
    const whole = PredictRequest.encode({
      requestId: 'r',
      n: 2,
      adId: ['a', 'b'],
      columns: [
        { name: 'x', f32: [1, 2] },
        { name: 'y', dict: ['q'], idx: [0] },
        { name: 'z', i64: [1, -1] },
      ],
      bidMicros: [1, 2],
      wantTokens: { top: 2 },
      routing: { country: 'DE' },
    }).finish();
    const damaged = fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
      const copy = Buffer.from(whole);
      copy[at] = byte;
      return copy;
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
          damaged,
        ),
        (bytes) => {
          try {
            validatePredictRequest(decodePredictRequest(bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidField);
            expect((error as InvalidField).field).not.toBe('');
          }
        },
      ),
      { numRuns: 3000, seed: 2 },
    );
  });

  it('takes bids one by one and in several runs, in their order', () => {
    const bytes = Buffer.from([0x40, 1, 0x42, 2, 2, 3, 0x40, 4, 0x42, 0, 0x42, 1, 5]);
    expect([...decodePredictRequest(bytes).bidMicros]).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    ['bid_micros', Buffer.from([0x40, 1])],
    ['bid_micros', Buffer.from([0x42, 2, 1, 1])],
    ['ad_id', Buffer.from([0x32, 1, 0x61])],
    ['campaign_id', Buffer.from([0x7a, 1, 0x61])],
    ['columns', Buffer.from([0x3a, 3, 0x0a, 1, 0x61])],
  ])('refuses more %s than there may be, however they are sent, before it reads them all', (field, piece) => {
    const many = Buffer.concat(Array.from({ length: 100_000 }, () => piece));
    // What follows is not even protobuf: nobody gets so far.
    expect(() => decodePredictRequest(Buffer.concat([many, Buffer.from([7])]))).toThrow(
      expect.objectContaining({ field }) as Error,
    );
  });
});
