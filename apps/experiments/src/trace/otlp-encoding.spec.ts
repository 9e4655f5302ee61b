import { gzipSync } from 'node:zlib';
import { otlp } from '@adlift/telemetry';
import { decodeRequest, encodeResponse, encodeStatus, OTLP_JSON, OTLP_PROTOBUF, unpackBody } from './otlp-encoding';

describe('the body of an export', () => {
  it('is unpacked from gzip and taken as it is without', async () => {
    const body = Buffer.from('{"resourceSpans":[]}');
    expect(await unpackBody(gzipSync(body), 'gzip')).toEqual(body);
    expect(await unpackBody(body, 'identity')).toEqual(body);
    expect(await unpackBody(body, undefined)).toEqual(body);
  });

  it('is refused when it unpacks to more than 16 MiB', async () => {
    const bomb = gzipSync(Buffer.alloc(17 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    await expect(unpackBody(bomb, 'gzip')).rejects.toMatchObject({ code: 'too_large' });
  });

  it('is refused when it is not what the header says, or of an encoding nobody reads', async () => {
    await expect(unpackBody(Buffer.from('plain'), 'gzip')).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(unpackBody(Buffer.from('x'), 'br')).rejects.toMatchObject({ code: 'unsupported_media_type' });
  });

  it.each([
    [OTLP_JSON, '{"resourceSpans":'],
    [OTLP_PROTOBUF, '\xff\xff\xff\xff'],
    [OTLP_PROTOBUF, '{"resourceSpans":[]}'],
  ] as const)('is refused when its %s cannot be decoded', (type, text) => {
    expect(() => decodeRequest(Buffer.from(text, 'latin1'), type)).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }) as Error,
    );
  });

  it('keeps every digit of integers in JSON, quoted or not', () => {
    const text = '{"a":1790000000123456789,"b":"1790000000123456789","c":12,"d":[-9007199254740993],"e":1.5e300}';
    expect(decodeRequest(Buffer.from(text), OTLP_JSON)).toEqual({
      a: '1790000000123456789',
      b: '1790000000123456789',
      c: 12,
      d: ['-9007199254740993'],
      e: 1.5e300,
    });
  });

  it('keeps every digit of integers in protobuf', () => {
    const span = {
      startTimeUnixNano: 1_790_000_000_123_456_789n,
      attributes: [
        { key: 'least', value: { intValue: -(2n ** 63n) } },
        { key: 'odd', value: { intValue: 9_007_199_254_740_993n } },
      ],
    };
    const bytes = otlp.ExportTraceServiceRequest.encode({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    const read = decodeRequest(Buffer.from(bytes.finish()), OTLP_PROTOBUF) as otlp.IExportTraceServiceRequest;
    const [found] = read.resourceSpans?.[0]?.scopeSpans?.[0]?.spans ?? [];
    expect(found?.startTimeUnixNano).toBe(1_790_000_000_123_456_789n);
    expect(found?.attributes?.map(({ value }) => value?.intValue)).toEqual([-(2n ** 63n), 9_007_199_254_740_993n]);
  });
});

describe('the answer to an export', () => {
  it('names a partial success only when something was rejected', () => {
    expect(encodeResponse(OTLP_JSON, 0, '')).toBe('{}');
    expect(encodeResponse(OTLP_PROTOBUF, 0, '')).toHaveLength(0);
    expect(encodeResponse(OTLP_JSON, 2, 'why')).toBe('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"why"}}');
    const bytes = encodeResponse(OTLP_PROTOBUF, 2, 'why') as Uint8Array;
    expect(otlp.ExportTraceServiceResponse.decode(bytes).partialSuccess).toMatchObject({
      rejectedSpans: 2n,
      errorMessage: 'why',
    });
  });

  it('is a status when the call failed', () => {
    expect(encodeStatus(OTLP_JSON, 14, 'away')).toBe('{"code":14,"message":"away"}');
    expect(otlp.Status.decode(encodeStatus(OTLP_PROTOBUF, 14, 'away') as Uint8Array)).toMatchObject({
      code: 14,
      message: 'away',
    });
  });
});
