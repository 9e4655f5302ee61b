import { createHash } from 'node:crypto';
import type { Assignment } from '@adlift/assignment';
import type { Exposure, LedgerEvent } from '@adlift/ledger';
import { makeUuidV7 } from '@adlift/wire';

export const EXPERIMENT = 'ingest-bench';
export const PHASE = 1;
const UNITS = 20_000;
const DAY_MS = 86_400_000;
/** Predictions go from noon to noon, so that there is a midnight between partitions. */
const START_MS = Date.UTC(2026, 10, 1, 12);
/** Of a hundred events these are impressions, and these clicks; one is a conversion, one a hide. */
const IMPRESSIONS = 90;
const CLICKS = 8;
const BLOCK = 100;
const HIDDEN = 5;
const CLICK_EVERY = 11;
const AFTER_MS = { impression: 500, click: 2500, hide: 4000, conversion: 64_000, invalidate: 0 };
const DIGEST = `sha256:${'5a'.repeat(32)}`;

type Claims = LedgerEvent['claims'];

/** What callers report, in the order in which they do, and the exposures that come with it. */
export interface Traffic {
  readonly events: readonly LedgerEvent[];
  readonly exposures: readonly Exposure[];
}

/** Events of two arms, always the same for the same numbers; `events` is rounded up to whole hundreds. */
export function makeTraffic(events: number): Traffic {
  const blocks = Math.ceil(events / BLOCK);
  const stepMs = DAY_MS / (blocks * IMPRESSIONS);
  const seen = new Set<string>();
  const traffic = { events: [] as LedgerEvent[], exposures: [] as Exposure[] };
  for (let block = 0; block < blocks; block++) {
    const claims = Array.from({ length: IMPRESSIONS }, (_, i) => {
      const number = block * IMPRESSIONS + i;
      return claimsOf(number, START_MS + Math.floor(number * stepMs));
    });
    for (const one of claims) {
      if (!seen.has(one.unitId)) traffic.exposures.push(exposureOf(one));
      seen.add(one.unitId);
      traffic.events.push(eventOf('impression', one));
    }
    const clicked = claims.filter((_, i) => i % CLICK_EVERY === 0).slice(0, CLICKS);
    for (const one of clicked) traffic.events.push(eventOf('click', one));
    traffic.events.push(eventOf('conversion', clicked[0]), eventOf('hide', claims[HIDDEN]));
  }
  return traffic;
}

/** Every prediction is of a unit drawn anew, as units come back in traffic. */
function claimsOf(number: number, timeMs: number): Claims {
  const random = createHash('sha256').update(`ingest ${number}`).digest();
  const unit = random.readUInt32LE(16) % UNITS;
  const ad = random.readUInt32LE(20) % 500;
  return {
    predictionId: makeUuidV7(timeMs, random.subarray(0, 16)),
    ...{ index: 0, adId: `ad-${ad}`, campaignId: `campaign-${ad % 50}`, placement: 'top' },
    ...{ assignments: [assignmentOf(unit % 2 === 0 ? 'control' : 'treatment')], unitId: `unit-${unit}`, timeMs },
    ...{ bidMicros: 500_000, bidType: 'CPC', currency: 'EUR', propensity: 0.98, logged: true, logRate: 1 },
    ...{ traceId: random.toString('hex', 0, 16), traceSampled: false, expiresMs: timeMs + 30 * DAY_MS },
    ...{ pctr: Math.fround(random.readUInt16LE(24) / 1e6), pcvr: 0, ticket: false, fallback: false, forced: false },
    ...{ explored: false, bundleDigest: DIGEST, cvrBundleDigest: '', catalogueVersion: 7 },
  };
}

function assignmentOf(arm: string): Assignment {
  return { experiment: EXPERIMENT, phase: PHASE, assigned: arm, served: arm, reason: 'split', flagDigest: DIGEST };
}

function exposureOf({ assignments: [assignment], unitId, predictionId, timeMs }: Claims): Exposure {
  return { assignment, unitId, predictionId, timeMs };
}

function eventOf(kind: LedgerEvent['kind'], claims: Claims): LedgerEvent {
  const converted = kind === 'conversion';
  return {
    ...{ kind, claims, timeMs: claims.timeMs + AFTER_MS[kind], timed: true },
    ...{ chargedMicros: kind === 'click' ? 250_000 : 0, valueMicros: converted ? 19_990_000 : 0 },
    ...{ position: kind === 'impression' ? 1 : 0, followedRank: 'followed', viewable: 'yes' },
    ...{ conversionId: converted ? `order-${claims.predictionId}` : '', conversionKind: converted ? 'purchase' : '' },
    reason: kind === 'hide' ? 'not_interested' : '',
  };
}
