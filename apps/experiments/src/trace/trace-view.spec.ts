import { spanId, spanOf, TRACE_ID } from './span.fixture';
import { isoNanoseconds, traceView } from './trace-view';

const ALONE = { truncated: false, linkedFrom: [] };

describe('a trace as it is shown', () => {
  it('measures every span from the start of the trace, exact to the nanosecond', () => {
    const view = traceView(
      TRACE_ID,
      [
        spanOf('root', '', 0, 100.125, { service: 'shop', attributes: { n: 3 } }),
        spanOf('db', 'root', 10.001, 20, {
          service: 'store',
          status: 'error',
          statusMessage: 'no',
          events: [{ timeNs: 1_790_000_000_000_015_500n, name: 'retry', attributes: { try: 2 } }],
        }),
      ],
      ALONE,
    );
    expect(view).toMatchObject({
      traceId: TRACE_ID,
      startedAt: '2026-09-21T14:13:20.000000000Z',
      durationMicros: 100.125,
      spanCount: 2,
      services: ['shop', 'store'],
      criticalPath: [spanId('root'), spanId('db')],
      truncated: false,
    });
    expect(view.spans[0]).toMatchObject({ startMicros: 0, durationMicros: 100.125, attributes: { n: 3 } });
    expect(view.spans[0]?.children[0]).toMatchObject({
      startMicros: 10.001,
      durationMicros: 9.999,
      status: 'error',
      statusMessage: 'no',
      events: [{ name: 'retry', atMicros: 15.5, attributes: { try: 2 } }],
    });
  });

  it('starts with the earliest span, also when that is not the root', () => {
    const view = traceView(TRACE_ID, [spanOf('root', '', 50, 100), spanOf('skewed', 'root', 40, 120)], ALONE);
    expect([view.durationMicros, view.spans[0]?.startMicros]).toEqual([80, 10]);
  });

  it('cannot be made of nothing', () => {
    expect(() => traceView(TRACE_ID, [], ALONE)).toThrow(RangeError);
  });
});

describe('a time in nanoseconds as text', () => {
  it('has nine decimals', () => {
    expect(isoNanoseconds(1_790_000_000_000_000_007n)).toBe('2026-09-21T14:13:20.000000007Z');
  });
});
