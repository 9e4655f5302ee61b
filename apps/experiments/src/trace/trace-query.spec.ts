import { DomainError } from '@adlift/problem';
import { encodeCursor, parsePredictionId, parseTraceId, parseTraceQuery } from './trace-query';

function refusal(query: unknown): [string | undefined, string] {
  try {
    parseTraceQuery(query);
  } catch (error) {
    if (error instanceof DomainError) return [error.field, error.code];
    throw error;
  }
  throw new Error('was not refused');
}

describe('the parameters of a trace search', () => {
  it('reads what a query string has', () => {
    expect(
      parseTraceQuery({
        traceId: 'ABCDEF0123456789ABCDEF0123456789',
        minDurationMs: '1.5',
        error: 'true',
        from: '2026-01-31T13:00:00+01:00',
        limit: '10',
      }),
    ).toEqual({
      traceId: 'abcdef0123456789abcdef0123456789',
      minDurationMs: 1.5,
      error: true,
      from: 1_769_860_800_000_000_000n,
      limit: 10,
    });
    expect(parseTraceQuery({})).toEqual({ limit: 50 });
  });

  it.each([
    [{ traceId: 'xyz' }, 'traceId'],
    [{ traceId: '0'.repeat(32) }, 'traceId'],
    [{ predictionId: '1234' }, 'predictionId'],
    [{ experiment: '' }, 'experiment'],
    [{ variant: 'v'.repeat(201) }, 'variant'],
    [{ minDurationMs: 'long' }, 'minDurationMs'],
    [{ minDurationMs: '-1' }, 'minDurationMs'],
    [{ error: 'yes' }, 'error'],
    [{ from: 'yesterday' }, 'from'],
    [{ to: '2026-13-01T00:00:00Z' }, 'to'],
    [{ limit: '0' }, 'limit'],
    [{ limit: ['1', '2'] }, 'limit'],
    [{ cursor: 'nonsense' }, 'cursor'],
    [{ minDuration: '5' }, 'minDuration'],
  ])('refuses %j by the name of the field', (query, field) => {
    expect(refusal(query)).toEqual([field, 'invalid_argument']);
  });

  it('gives back the place that a cursor was made of', () => {
    const place = { startNs: 1_790_000_000_123_456_789n, traceId: 'ab'.repeat(16) };
    expect(parseTraceQuery({ cursor: encodeCursor(place) }).cursor).toEqual(place);
  });

  it('keeps times that the store cannot hold within what it can', () => {
    expect(parseTraceQuery({ to: '9999-12-31T23:59:59Z' }).to).toBe(2n ** 63n - 1n);
  });
});

describe('ids in a path', () => {
  it('are read in either case', () => {
    expect(parseTraceId('AB'.repeat(16))).toBe('ab'.repeat(16));
    expect(parsePredictionId('019A0000-0000-7000-8000-000000000000')).toBe('019a0000-0000-7000-8000-000000000000');
  });

  it('are refused with the field when they are no ids', () => {
    expect(() => parseTraceId('abc')).toThrow(
      expect.objectContaining({ code: 'invalid_argument', field: 'id' }) as Error,
    );
    expect(() => parsePredictionId('abc')).toThrow(
      expect.objectContaining({ code: 'invalid_argument', field: 'id' }) as Error,
    );
  });
});
