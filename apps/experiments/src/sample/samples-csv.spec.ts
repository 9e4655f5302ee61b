import type { Sample } from '@adlift/client';
import { samplesCsv } from './samples-csv';

const SAMPLE: Sample = {
  ...{ predictionId: '019dd0b4-0000-7000-8000-000000000001', index: 2, predictedAt: '2026-11-01T10:00:00.000Z' },
  ...{ unit: 'u1', adId: 'ad', campaignId: 'c', placement: 'top', phase: 1, assigned: 'b', served: 'b' },
  ...{ reason: 'assigned', flagDigest: 'sha256:1', model: 'click@1', modelDigest: 'sha256:2', pctr: 0.25, pcvr: 0 },
  ...{ bidMicros: 1_500_000, bidType: 'CPC', currency: 'EUR', propensity: 1, explored: false, fallback: false },
  ...{ chargedMicros: -250_000, impression: { at: '2026-11-01T10:00:01.000Z', valid: true, position: 1 }, click: null },
  ...{ conversions: { count: 0, valueMicros: 0 }, hidden: false, request: null, traceId: 'aa', traceKept: false },
};

const table = (changes: Partial<Sample>): Record<string, string> => {
  const [header = '', row = ''] = samplesCsv([{ ...SAMPLE, ...changes }]).split('\r\n');
  const values = row.split(',');
  return Object.fromEntries(header.split(',').map((name, i) => [name, values[i] ?? '']));
};

describe('samples as CSV', () => {
  it('have a header, money in units, and nothing where nothing is known', () => {
    expect(table({})).toMatchObject({
      ...{ prediction_id: SAMPLE.predictionId, index: '2', bid: '1.5', charged: '-0.25', fallback: 'false' },
      ...{ shown_valid: 'true', clicked_at: '', click_valid: '', request_id: '', trace_id: '' },
    });
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '＝1'])('do not let a spreadsheet calculate %j', (adId) => {
    expect(table({ adId })['ad_id']?.replace(/^"/, '')).toMatch(/^'/);
  });

  it('quote what would break the row', () => {
    expect(samplesCsv([{ ...SAMPLE, unit: 'a"b,c\r\nd' }])).toContain('"a""b,c\r\nd"');
  });

  it('are only a header without any', () => {
    expect(samplesCsv([]).trim().split(',')).toContain('prediction_id');
    expect(samplesCsv([]).trim().split('\r\n')).toHaveLength(1);
  });
});
