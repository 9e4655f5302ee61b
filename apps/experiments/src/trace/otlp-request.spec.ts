import { readRequest } from './otlp-request';

const NOW = 1_790_000_000_000_000_000n;
const TIMES = { earliestNs: NOW - 1_000_000_000_000n, latestNs: NOW + 1_000_000_000n };

const SPAN = {
  traceId: '0123456789ABCDEF0123456789abcdef',
  spanId: 'aaaaaaaaaaaaaaaa',
  name: 'GET /',
  kind: 2,
  startTimeUnixNano: String(NOW),
  endTimeUnixNano: String(NOW + 1_234_567n),
};

function requestOf(...spans: unknown[]): unknown {
  const attributes = [{ key: 'service.name', value: { stringValue: 'shop' } }];
  return { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'lib' }, spans }] }] };
}

function read(...spans: unknown[]): ReturnType<typeof readRequest> {
  return readRequest(requestOf(...spans), TIMES);
}

describe('reading an export request', () => {
  it('reads a span of JSON', () => {
    expect(read(SPAN)).toEqual({
      rejected: 0,
      reason: '',
      records: [
        {
          traceId: '0123456789abcdef0123456789abcdef',
          spanId: 'aaaaaaaaaaaaaaaa',
          parentSpanId: '',
          name: 'GET /',
          kind: 'server',
          service: 'shop',
          startNs: NOW,
          durationNs: 1_234_567n,
          status: 'unset',
          statusMessage: '',
          attributes: {},
          links: [],
          events: [],
        },
      ],
    });
  });

  it('takes enums by number or name, and what it does not know as internal and unset', () => {
    const kinds = [3, 'SPAN_KIND_PRODUCER', 0, 99, 'SPAN_KIND_ODD', undefined].map((kind) => ({ ...SPAN, kind }));
    expect(read(...kinds).records.map(({ kind }) => kind)).toEqual([
      'client',
      'producer',
      'internal',
      'internal',
      'internal',
      'internal',
    ]);
    const statuses = [{ code: 2, message: 'bad' }, { code: 'STATUS_CODE_OK' }, {}].map((status) => ({
      ...SPAN,
      status,
    }));
    expect(read(...statuses).records.map(({ status, statusMessage }) => [status, statusMessage])).toEqual([
      ['error', 'bad'],
      ['ok', ''],
      ['unset', ''],
    ]);
  });

  it('reads every kind of attribute value', () => {
    const values = {
      text: { stringValue: '' },
      yes: { boolValue: true },
      int: { intValue: '42' },
      plainInt: { intValue: 7 },
      huge: { intValue: '9223372036854775807' },
      double: { doubleValue: 0.5 },
      nan: { doubleValue: 'NaN' },
      list: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: 1 }, {}] } },
      map: { kvlistValue: { values: [{ key: 'k', value: { arrayValue: { values: [{ boolValue: false }] } } }] } },
      bytes: { bytesValue: 'AQID' },
      none: {},
    };
    const attributes = Object.entries(values).map(([key, value]) => ({ key, value }));
    expect(read({ ...SPAN, attributes }).records[0]?.attributes).toEqual({
      text: '',
      yes: true,
      int: 42,
      plainInt: 7,
      huge: '9223372036854775807',
      double: 0.5,
      nan: 'NaN',
      list: ['a', 1, null],
      map: '{"k":[false]}',
      bytes: 'AQID',
      none: '',
    });
  });

  it('reads events and links, leaving out links to nothing', () => {
    const [record] = read({
      ...SPAN,
      events: [{ timeUnixNano: String(NOW + 5n), name: 'retry', attributes: [{ key: 'n', value: { intValue: 1 } }] }],
      links: [
        { traceId: 'ff'.repeat(16), spanId: 'ee'.repeat(8) },
        { traceId: '00'.repeat(16), spanId: '00'.repeat(8) },
      ],
    }).records;
    expect(record?.events).toEqual([{ timeNs: NOW + 5n, name: 'retry', attributes: { n: 1 } }]);
    expect(record?.links).toEqual([{ traceId: 'ff'.repeat(16), spanId: 'ee'.repeat(8), attributes: {} }]);
  });

  it.each([
    ['traceId', { ...SPAN, traceId: 'abc' }],
    ['traceId', { ...SPAN, traceId: '0'.repeat(32) }],
    ['traceId', { ...SPAN, traceId: 12 }],
    ['spanId', { ...SPAN, spanId: undefined }],
    ['parentSpanId', { ...SPAN, parentSpanId: 'zz'.repeat(8) }],
    ['startTimeUnixNano', { ...SPAN, startTimeUnixNano: 'noon' }],
    ['endTimeUnixNano', { ...SPAN, endTimeUnixNano: 0 }],
    ['before', { ...SPAN, endTimeUnixNano: String(NOW - 1n) }],
    ['older', { ...SPAN, startTimeUnixNano: '1600000000000000000' }],
    [
      'future',
      { ...SPAN, startTimeUnixNano: String(NOW + 2_000_000_000n), endTimeUnixNano: String(NOW + 3_000_000_000n) },
    ],
    ['attributes', { ...SPAN, attributes: 'none' }],
    ['attributes[0].key', { ...SPAN, attributes: [{ value: { intValue: 1 } }] }],
    ['attributes[0].value', { ...SPAN, attributes: [{ key: 'k', value: { intValue: 'one' } }] }],
    ['span', 'not an object'],
  ])('rejects a span for its %s and keeps its neighbours', (reason, bad) => {
    const result = read(SPAN, bad, { ...SPAN, spanId: 'bb'.repeat(8) });
    expect([result.records.length, result.rejected]).toEqual([2, 1]);
    expect(result.reason).toContain(reason);
  });

  it('rejects values nested without end', () => {
    let value: unknown = { intValue: 1 };
    for (let i = 0; i < 100; i++) value = { arrayValue: { values: [value] } };
    expect(read({ ...SPAN, attributes: [{ key: 'deep', value }] }).reason).toContain('nested deeper');
  });

  it('takes an empty request, and refuses one that is none', () => {
    expect(readRequest({}, TIMES).records).toEqual([]);
    for (const wrong of [[], 'x', { resourceSpans: {} }, { resourceSpans: [{ scopeSpans: 3 }] }]) {
      expect(() => readRequest(wrong, TIMES)).toThrow(expect.objectContaining({ code: 'invalid_argument' }) as Error);
    }
  });

  it('calls a service without a name unknown', () => {
    expect(readRequest({ resourceSpans: [{ scopeSpans: [{ spans: [SPAN] }] }] }, TIMES).records[0]?.service).toBe(
      'unknown_service',
    );
  });
});
