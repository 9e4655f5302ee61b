import { InvalidField, isUuidV7, MAX_BID_MICROS, MAX_CANDIDATES, requireId, uuidV7Time, proto } from '@adlift/wire';

const DAY_MS = 86_400_000;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
/** Far more experiments than one request is in; each of its tokens carries them all. */
const MAX_ASSIGNMENTS = 32;

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
  checkAssignments(past.assignments ?? [], `${path}.assignments`);
  requireForm(`${path}.currency`, past.currency, /^([A-Z]{3})?$/, 'an ISO 4217 code such as EUR');
  requireForm(`${path}.trace_id`, past.traceId, /^([0-9a-f]{32})?$/, '32 hex digits');
  const bidType = past.bidType ?? 0;
  if (bidType > proto.v1.BidType.CPA) throw new InvalidField(`${path}.bid_type`, `unknown value ${bidType}`);
  return timeMs;
}

function checkAssignments(assignments: readonly proto.v1.IAssignment[], path: string): void {
  if (assignments.length > MAX_ASSIGNMENTS)
    throw new InvalidField(path, `at most ${MAX_ASSIGNMENTS}, got ${assignments.length}`);
  for (const [i, { experiment, assigned, served, reason, flagDigest }] of assignments.entries()) {
    requireId(`${path}[${i}].experiment`, experiment ?? '', 0);
    requireId(`${path}[${i}].assigned`, assigned ?? '', 0);
    requireId(`${path}[${i}].served`, served ?? '', 0);
    requireId(`${path}[${i}].reason`, reason ?? '', 0);
    requireForm(`${path}[${i}].flag_digest`, flagDigest, /^(sha256:[0-9a-f]{64})?$/, '"sha256:" and 64 hex digits');
  }
}

/** Throws InvalidField for a text of another form; it is not repeated, for it may be long. */
function requireForm(field: string, value: string | null | undefined, form: RegExp, what: string): void {
  if (!form.test(value ?? '')) throw new InvalidField(field, `must be empty or ${what}`);
}
