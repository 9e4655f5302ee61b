import { gzipSync } from 'node:zlib';
import { otlp } from '@adlift/telemetry';
import { until } from '../setup/until';
import { TraceBench } from './trace-bench';

const JSON_TYPE = { 'content-type': 'application/json' };
const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' };
const NOW = BigInt(Date.now()) * 1_000_000n + 123_456n;

function request(...spans: object[]): object {
  const attributes = [{ key: 'service.name', value: { stringValue: 'shop' } }];
  return { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] };
}

function jsonSpan(spanId: string): object {
  return {
    traceId: 'a'.repeat(32),
    spanId,
    name: 'checkout',
    kind: 2,
    startTimeUnixNano: String(NOW),
    endTimeUnixNano: String(NOW + 2_000_001n),
    attributes: [{ key: 'adlift.experiment', value: { stringValue: 'price' } }],
  };
}

function protobuf(...spanIds: number[][]): Buffer {
  const spans = spanIds.map((id) => ({
    traceId: Buffer.alloc(16, 0xbb),
    spanId: Buffer.from(id),
    name: 'checkout',
    kind: otlp.SpanKind.SPAN_KIND_CLIENT,
    startTimeUnixNano: NOW,
    endTimeUnixNano: NOW + 7n,
  }));
  return Buffer.from(otlp.ExportTraceServiceRequest.encode(request(...spans)).finish());
}

describe('the intake of OTLP', () => {
  let bench: TraceBench;

  beforeAll(async () => {
    bench = await TraceBench.open();
  });
  afterAll(() => bench.close());
  beforeEach(() => bench.rows('DELETE FROM span'));

  const stored = (): Promise<object[]> =>
    bench.rows('SELECT span_id, service, kind, start_ns, duration_ns, experiment FROM span ORDER BY span_id');

  it('stores what comes as JSON', async () => {
    const answer = await bench.send(JSON.stringify(request(jsonSpan('1'.repeat(16)))), JSON_TYPE);
    expect([answer.status, answer.headers.get('content-type'), answer.body.toString()]).toEqual([
      200,
      'application/json; charset=utf-8',
      '{}',
    ]);
    expect(await stored()).toEqual([
      {
        span_id: '1'.repeat(16),
        service: 'shop',
        kind: 'server',
        start_ns: String(NOW),
        duration_ns: '2000001',
        experiment: 'price',
      },
    ]);
  });

  it('stores what comes as protobuf, packed or not', async () => {
    const plain = await bench.send(protobuf([1, 1, 1, 1, 1, 1, 1, 1]), PROTOBUF_TYPE);
    const packed = await bench.send(gzipSync(protobuf([2, 2, 2, 2, 2, 2, 2, 2])), {
      ...PROTOBUF_TYPE,
      'content-encoding': 'gzip',
    });
    for (const { status, headers, body } of [plain, packed]) {
      expect([status, headers.get('content-type'), body.length]).toEqual([200, 'application/x-protobuf', 0]);
    }
    expect(await stored()).toMatchObject([
      { span_id: '01'.repeat(8), kind: 'client', start_ns: String(NOW), duration_ns: '7' },
      { span_id: '02'.repeat(8), kind: 'client', start_ns: String(NOW), duration_ns: '7' },
    ]);
  });

  it('keeps the good spans of a request and counts the malformed ones', async () => {
    const json = await bench.send(JSON.stringify(request(jsonSpan('bad'), jsonSpan('3'.repeat(16)))), JSON_TYPE);
    expect(JSON.parse(json.body.toString())).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: 'spanId is not 8 bytes' },
    });
    const binary = await bench.send(protobuf([1], [4, 4, 4, 4, 4, 4, 4, 4]), PROTOBUF_TYPE);
    expect(otlp.ExportTraceServiceResponse.decode(binary.body).partialSuccess).toMatchObject({
      rejectedSpans: 1n,
      errorMessage: 'spanId is not 8 bytes',
    });
    expect(await stored()).toMatchObject([{ span_id: '04'.repeat(8) }, { span_id: '3'.repeat(16) }]);
  });

  it.each([
    [400, 3, 'not JSON', JSON_TYPE],
    [400, 3, '[]', JSON_TYPE],
    [400, 3, '{"resourceSpans":7}', JSON_TYPE],
    [400, 3, '', JSON_TYPE],
    [400, 3, '{}', { ...JSON_TYPE, 'content-encoding': 'gzip' }],
    [415, 3, '{}', { ...JSON_TYPE, 'content-encoding': 'br' }],
    [415, 3, '<traces/>', { 'content-type': 'text/xml' }],
    [415, 3, 'x', { 'content-type': 'application/octet-stream' }],
    [413, 8, ' '.repeat(9 * 1024 * 1024), JSON_TYPE],
  ])('answers %i with a status of code %i to what cannot be read', async (status, code, body, headers) => {
    const answer = await bench.send(body, headers);
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([
      status,
      { code, message: expect.any(String) as string },
    ]);
  });

  it('answers protobuf with protobuf, also when the call fails', async () => {
    const answer = await bench.send(Buffer.from('ffffffff', 'hex'), PROTOBUF_TYPE);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([400, 'application/x-protobuf']);
    expect(otlp.Status.decode(answer.body)).toMatchObject({ code: 3 });
  });

  it('leaves the JSON of other calls as it was', async () => {
    const answer = await fetch(`${bench.url}/v1/experiments`, { method: 'POST', headers: JSON_TYPE, body: '{"key":' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ]);
  });

  it('asks to come back while the store is away, and takes the same again later', async () => {
    const body = JSON.stringify(request(jsonSpan('5'.repeat(16))));
    await bench.way.cut();
    const refused = await bench.send(body, JSON_TYPE);
    await bench.way.mend();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(JSON.parse(refused.body.toString())).toMatchObject({ code: 14 });
    await until('the store to be back', async () => (await bench.send(body, JSON_TYPE)).status === 200);
    expect(await stored()).toHaveLength(1);
  });
});
