import type { Assignment } from '@adlift/assignment';
import type { Exposure, LedgerEvent } from '@adlift/ledger';
import { makeUuidV7 } from '@adlift/wire';

export const EXPERIMENT = 'ledger-test';
/** 1 November 2026, 00:00 UTC. */
export const START_MS = Date.UTC(2026, 10, 1);
const DAY_MS = 86_400_000;

/** A prediction made by number, always the same for the same number: two days, 40 units, two arms. */
export interface Fact {
  readonly predictionId: string;
  readonly unitId: string;
  readonly timeMs: number;
  readonly assignment: Assignment;
}

export function fact(i: number, unitId = `unit-${i % 40}`, variant = armOf(unitId)): Fact {
  const timeMs = START_MS + (i % 3 === 0 ? DAY_MS : 0) + i * 1000;
  const random = new Uint8Array(16).fill(i & 0xff);
  random[8] = i >> 8;
  return {
    predictionId: makeUuidV7(timeMs, random),
    unitId,
    timeMs,
    assignment: {
      experiment: EXPERIMENT,
      phase: 1,
      assigned: variant,
      served: variant,
      reason: 'split',
      flagDigest: `sha256:${'ab'.repeat(32)}`,
    },
  };
}

export function exposureOf({ assignment, unitId, predictionId, timeMs }: Fact): Exposure {
  return { assignment, unitId, predictionId, timeMs };
}

/** From the prediction to each kind of event: a click comes after its impression, a conversion after its click. */
const AFTER_MS = { impression: 2000, click: 4000, hide: 5000, conversion: 64_000, invalidate: 90_000 };

/** An event about the first candidate of a fact's prediction. */
export function eventOf(
  of: Fact,
  kind: LedgerEvent['kind'],
  changes: Partial<Omit<LedgerEvent, 'claims'>> & { readonly claims?: Partial<LedgerEvent['claims']> } = {},
): LedgerEvent {
  return {
    kind,
    timeMs: of.timeMs + AFTER_MS[kind],
    timed: true,
    chargedMicros: kind === 'click' ? 250_000 : 0,
    position: 1,
    followedRank: 'followed',
    viewable: 'yes',
    conversionId: kind === 'conversion' ? 'order-1' : '',
    conversionKind: kind === 'conversion' ? 'purchase' : '',
    valueMicros: kind === 'conversion' ? 19_990_000 : 0,
    reason: '',
    ...changes,
    claims: {
      predictionId: of.predictionId,
      index: 0,
      adId: 'ad-1',
      campaignId: 'campaign-1',
      placement: 'top',
      assignments: [of.assignment],
      unitId: of.unitId,
      timeMs: of.timeMs,
      bidMicros: 500_000,
      bidType: 'CPC',
      currency: 'EUR',
      propensity: 0.9,
      logged: true,
      logRate: 1,
      traceId: 'cd'.repeat(16),
      traceSampled: false,
      expiresMs: of.timeMs + 30 * DAY_MS,
      pctr: Math.fround(0.05),
      pcvr: 0,
      ticket: false,
      fallback: false,
      forced: false,
      explored: false,
      bundleDigest: '',
      cvrBundleDigest: '',
      catalogueVersion: 0,
      ...changes.claims,
    },
  };
}

function armOf(unitId: string): string {
  return Number(unitId.split('-')[1]) % 2 === 0 ? 'control' : 'treatment';
}

/** Text of that many characters that does not compress, so that an index cannot hold much of it. */
export function noise(length: number): string {
  let state = 7;
  return Array.from({ length }, () => {
    state = (state * 48271) % 2147483647;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
}
