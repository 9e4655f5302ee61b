import { resourceFromAttributes } from '@opentelemetry/resources';
import { fromRecord, toRecord } from './readable-span';
import type { SpanRecord } from './span-record';

const RECORD: SpanRecord = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentSpanId: '00f067aa0ba902b7',
  name: 'inference',
  kind: 'server',
  service: 'adlift-predictor',
  startNs: 1_795_409_590_123_456_789n,
  durationNs: 1_234_567n,
  status: 'error',
  statusMessage: 'no worker',
  attributes: { 'adlift.rows': 12, 'adlift.fallback': true, names: ['a', 'b'] },
  links: [{ traceId: '0af7651916cd43dd8448eb211c80319d', spanId: 'b7ad6b7169203332', attributes: { of: 'click' } }],
  events: [{ timeNs: 1_795_409_590_123_500_000n, name: 'feature_flag.evaluation', attributes: { key: 'demo-1' } }],
};

const ROOT: SpanRecord = { ...RECORD, parentSpanId: '', status: 'unset', statusMessage: '' };

describe('spans of the SDK and ours', () => {
  it.each([
    ['with a parent', RECORD],
    ['a root', ROOT],
  ])('comes back the same, to the nanosecond: %s', (_name, record) => {
    const readable = fromRecord(record, resourceFromAttributes({}));
    expect(readable.ended).toBe(true);
    expect(toRecord(readable, 'adlift-predictor')).toEqual(record);
  });
});
