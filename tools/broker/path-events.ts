import { createHash } from 'node:crypto';
import type { LedgerEvent } from '@adlift/ledger';
import { makeUuidV7 } from '@adlift/wire';

const CALL = 1000;
/** Of the first of them. */
const AGE_MS = 3_600_000;
const UNITS = 20_000;
const DAY_MS = 86_400_000;
const CLICK_EVERY = 4;

/** So many events of a run that nobody has seen, in calls of up to a thousand. */
export function* pathEvents(run: string, events: number): Generator<LedgerEvent[]> {
  const startMs = Date.now() - AGE_MS;
  for (let first = 0; first < events; first += CALL) {
    yield Array.from({ length: Math.min(CALL, events - first) }, (_, k) => pathEvent(run, first + k, startMs));
  }
}

/** Event number `i` of a run: three impressions, and a click after the third. */
function pathEvent(run: string, i: number, startMs: number): LedgerEvent {
  const click = i % CLICK_EVERY === CLICK_EVERY - 1;
  const prediction = click ? i - 1 : i;
  const timeMs = startMs + prediction;
  const unitId = `unit-${(prediction * 7919) % UNITS}`;
  const arm = prediction % 2 === 0 ? 'control' : 'treatment';
  const flagDigest = `sha256:${'00'.repeat(32)}`;
  return {
    ...{ kind: click ? 'click' : 'impression', timeMs: timeMs + (click ? 2500 : 500), timed: true },
    ...{ chargedMicros: click ? 250_000 : 0, position: 1, followedRank: 'followed', viewable: 'yes' },
    ...{ conversionId: '', conversionKind: '', valueMicros: 0, reason: '' },
    claims: {
      predictionId: makeUuidV7(timeMs, createHash('sha256').update(`${run} ${prediction}`).digest().subarray(0, 16)),
      ...{ index: 0, adId: `ad-${prediction % 50}`, campaignId: `campaign-${prediction % 5}`, placement: 'top' },
      assignments: [{ experiment: 'path', phase: 1, assigned: arm, served: arm, reason: 'split', flagDigest }],
      ...{ unitId, timeMs, bidMicros: 500_000, bidType: 'CPC', currency: 'EUR', propensity: 1 },
      ...{ logged: true, logRate: 1, traceId: '', traceSampled: false, expiresMs: timeMs + 30 * DAY_MS },
      ...{ pctr: 0.05, pcvr: 0, fallback: false, forced: false, explored: false, bundleDigest: '' },
      ...{ cvrBundleDigest: '', catalogueVersion: 0, ticket: false },
    },
  };
}
