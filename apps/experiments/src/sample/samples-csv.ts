import { stringify } from 'csv-stringify/sync';
import type { Sample } from '@adlift/client';

const MICROS = 1e6;

const COLUMNS: readonly (readonly [name: string, of: (sample: Sample) => string | number | boolean | null])[] = [
  ['predicted_at', ({ predictedAt }) => predictedAt],
  ['prediction_id', ({ predictionId }) => predictionId],
  ['index', ({ index }) => index],
  ['request_id', ({ request }) => request?.requestId ?? null],
  ['unit', ({ unit }) => unit],
  ['phase', ({ phase }) => phase],
  ['assigned', ({ assigned }) => assigned],
  ['served', ({ served }) => served],
  ['reason', ({ reason }) => reason],
  ['ad_id', ({ adId }) => adId],
  ['campaign_id', ({ campaignId }) => campaignId],
  ['placement', ({ placement }) => placement],
  ['model', ({ model }) => model],
  ['model_digest', ({ modelDigest }) => modelDigest],
  ['pctr', ({ pctr }) => pctr],
  ['pcvr', ({ pcvr }) => pcvr],
  ['propensity', ({ propensity }) => propensity],
  ['explored', ({ explored }) => explored],
  ['fallback', ({ fallback }) => fallback],
  ['position', ({ impression }) => impression?.position ?? null],
  ['bid', ({ bidMicros }) => bidMicros / MICROS],
  ['bid_type', ({ bidType }) => bidType],
  ['charged', ({ chargedMicros }) => chargedMicros / MICROS],
  ['currency', ({ currency }) => currency],
  ['shown_at', ({ impression }) => impression?.at ?? null],
  ['shown_valid', ({ impression }) => impression?.valid ?? null],
  ['clicked_at', ({ click }) => click?.at ?? null],
  ['click_valid', ({ click }) => click?.valid ?? null],
  ['conversions', ({ conversions }) => conversions.count],
  ['conversion_value', ({ conversions }) => conversions.valueMicros / MICROS],
  ['hidden', ({ hidden }) => hidden],
  ['trace_id', ({ traceId, traceKept }) => (traceKept ? traceId : null)],
];

/**
 * Samples as CSV with a header, money in units of its currency. Ids come from outside: one that a spreadsheet would
 * take for a formula begins with an apostrophe.
 */
export function samplesCsv(samples: readonly Sample[]): string {
  return stringify(
    samples.map((sample) => COLUMNS.map(([, of]) => of(sample))),
    {
      header: true,
      columns: COLUMNS.map(([name]) => name),
      escape_formulas: true,
      record_delimiter: 'windows',
      cast: { boolean: String, number: (value) => ({ value: String(value), escape_formulas: false }) },
    },
  );
}
