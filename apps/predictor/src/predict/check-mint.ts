import { InvalidField, isUuidV7, MAX_CANDIDATES, MAX_ID_BYTES, uuidV7Time, type proto } from '@adlift/wire';

const DAY_MS = 86_400_000;
const EARLIEST_MS = Date.UTC(2000, 0, 1);

/** Checks a candidate of MintTokens; its numbers go into sums that one NaN would spoil for good. Throws InvalidField. */
export function checkCandidate(candidate: proto.v1.IMintCandidate, path: string): void {
  if ((candidate.index ?? 0) >= MAX_CANDIDATES)
    throw new InvalidField(`${path}.index`, `must be below ${MAX_CANDIDATES}`);
  requireShort(`${path}.ad_id`, candidate.adId);
  requireShort(`${path}.campaign_id`, candidate.campaignId);
  for (const field of ['propensity', 'pctr', 'pcvr'] as const) {
    const share = candidate[field] ?? 0;
    if (!(share >= 0 && share <= 1)) throw new InvalidField(`${path}.${field}`, `must be 0 to 1, got ${share}`);
  }
  const bid = candidate.bidMicros ?? 0;
  if (!Number.isSafeInteger(bid) || bid < 0)
    throw new InvalidField(`${path}.bid_micros`, `must be a whole number from 0, got ${bid}`);
}

/** Checks a prediction that another system made; returns its time in Unix milliseconds. Throws InvalidField. */
export function checkPastPrediction(past: proto.v1.IPastPrediction, path: string): number {
  const predictionId = past.predictionId ?? '';
  if (!isUuidV7(predictionId)) throw new InvalidField(`${path}.prediction_id`, `"${predictionId}" is not a UUIDv7`);
  const timeMs = uuidV7Time(predictionId);
  if (timeMs < EARLIEST_MS || timeMs > Date.now() + DAY_MS) {
    throw new InvalidField(`${path}.prediction_id`, `its time ${timeMs} is not between the year 2000 and now`);
  }
  requireShort(`${path}.unit_id`, past.unitId);
  requireShort(`${path}.placement`, past.placement);
  for (const [i, { experiment, assigned, served }] of (past.assignments ?? []).entries()) {
    requireShort(`${path}.assignments[${i}].experiment`, experiment);
    requireShort(`${path}.assignments[${i}].assigned`, assigned);
    requireShort(`${path}.assignments[${i}].served`, served);
  }
  return timeMs;
}

function requireShort(field: string, value: string | null | undefined): void {
  const bytes = Buffer.byteLength(value ?? '');
  if (bytes > MAX_ID_BYTES) throw new InvalidField(field, `must be 0 to ${MAX_ID_BYTES} bytes, got ${bytes}`);
}
