import {
  InvalidField,
  isUuidV7,
  MAX_BID_MICROS,
  MAX_CANDIDATES,
  requireId,
  uuidV7Time,
  type proto,
} from '@adlift/wire';

const DAY_MS = 86_400_000;
const EARLIEST_MS = Date.UTC(2000, 0, 1);

/** Checks a candidate of MintTokens; its numbers go into sums that one NaN would spoil for good. Throws InvalidField. */
export function checkCandidate(candidate: proto.v1.IMintCandidate, path: string): void {
  if ((candidate.index ?? 0) >= MAX_CANDIDATES)
    throw new InvalidField(`${path}.index`, `must be below ${MAX_CANDIDATES}`);
  requireId(`${path}.ad_id`, candidate.adId ?? '', 0);
  requireId(`${path}.campaign_id`, candidate.campaignId ?? '', 0);
  for (const field of ['propensity', 'pctr', 'pcvr'] as const) {
    const share = candidate[field] ?? 0;
    if (!(share >= 0 && share <= 1)) throw new InvalidField(`${path}.${field}`, `must be 0 to 1, got ${share}`);
  }
  const bid = candidate.bidMicros ?? 0;
  if (!Number.isInteger(bid) || bid < 0 || bid > MAX_BID_MICROS) {
    throw new InvalidField(`${path}.bid_micros`, `must be a whole number, 0 to ${MAX_BID_MICROS}, got ${bid}`);
  }
}

/** Checks a prediction that another system made; returns its time in Unix milliseconds. Throws InvalidField. */
export function checkPastPrediction(past: proto.v1.IPastPrediction, path: string): number {
  const predictionId = past.predictionId ?? '';
  if (!isUuidV7(predictionId)) throw new InvalidField(`${path}.prediction_id`, `"${predictionId}" is not a UUIDv7`);
  const timeMs = uuidV7Time(predictionId);
  if (timeMs < EARLIEST_MS || timeMs > Date.now() + DAY_MS) {
    throw new InvalidField(`${path}.prediction_id`, `its time ${timeMs} is not between the year 2000 and now`);
  }
  requireId(`${path}.unit_id`, past.unitId ?? '', 0);
  requireId(`${path}.placement`, past.placement ?? '', 0);
  for (const [i, { experiment, assigned, served }] of (past.assignments ?? []).entries()) {
    requireId(`${path}.assignments[${i}].experiment`, experiment ?? '', 0);
    requireId(`${path}.assignments[${i}].assigned`, assigned ?? '', 0);
    requireId(`${path}.assignments[${i}].served`, served ?? '', 0);
  }
  return timeMs;
}
