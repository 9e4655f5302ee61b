import { createHash } from 'node:crypto';
import type { EventMessage } from '@adlift/client';
import { TokenSealer, type SharedClaims } from '@adlift/tokens';
import { makeUuidV7, proto } from '@adlift/wire';

const { EventKind } = proto.v1;

export const EXPERIMENT = 'chaos';
const PHASE = 1;
const UNITS = 20_000;
/** Predictions are this far apart in their own time, milliseconds. */
const STEP_MS = 10;
const DAY_MS = 86_400_000;

/** An event with the words by which the checker finds it again: kind, then what makes it unique. */
export interface ChaosEvent {
  readonly identity: string;
  readonly message: EventMessage;
}

/** The events of prediction number `i` of a run that began at `startMs`, always the same for the same number. */
export function eventsOf(i: number, startMs: number, sealer: TokenSealer): ChaosEvent[] {
  // Over two days, so that there is a midnight between partitions.
  const timeMs = startMs - DAY_MS + i * STEP_MS;
  const unitId = `unit-${(i * 7919) % UNITS}`;
  const assigned = Number(unitId.slice(5)) % 2 === 0 ? 'control' : 'treatment';
  const predictionId = makeUuidV7(timeMs, createHash('sha256').update(`chaos ${i}`).digest().subarray(0, 16));
  const token = sealer.seal(sealer.share(shared(predictionId, unitId, assigned, timeMs)), {
    index: 0,
    ...{ adId: `ad-${i % 50}`, campaignId: `campaign-${i % 5}`, bidMicros: 500_000 },
    ...{ propensity: 1, pctr: 0.05, pcvr: 0 },
  });
  const one = (kind: proto.v1.EventKind, name: string, afterMs: number, more: EventMessage = {}): ChaosEvent => ({
    identity: `${name} ${name === 'exposure' ? unitId : predictionId}`,
    message: { kind, token, timeMs: timeMs + afterMs, ...more },
  });
  const clicked = i % 4 === 0;
  return [
    one(EventKind.EXPOSURE, 'exposure', 0),
    one(EventKind.IMPRESSION, 'impression', 500, { position: 1 }),
    // Some clicks come faster than a hand can.
    ...(clicked
      ? [one(EventKind.CLICK, 'click', i % 100 === 0 ? 600 : 2500, { chargedMicros: 100_000 + (i % 1000) })]
      : []),
    ...(i % 12 === 0
      ? [one(EventKind.CONVERSION, 'conversion', 60_000, { conversionId: `order-${i}`, valueMicros: 9_990_000 })]
      : []),
    ...(i % 40 === 0 ? [one(EventKind.HIDE, 'hide', 4000)] : []),
    ...(i % 120 === 0 ? [one(EventKind.INVALIDATE, 'invalidate', 90_000)] : []),
  ];
}

function shared(predictionId: string, unitId: string, assigned: string, timeMs: number): SharedClaims {
  const flagDigest = `sha256:${'00'.repeat(32)}`;
  return {
    ...{ predictionId, placement: 'top', unitId, timeMs, bidType: 'CPC', currency: 'EUR' },
    assignments: [{ experiment: EXPERIMENT, phase: PHASE, assigned, served: assigned, reason: 'split', flagDigest }],
    ...{ logged: false, logRate: 1, traceId: '', traceSampled: false, expiresMs: timeMs + 30 * DAY_MS },
    ...{ fallback: false, forced: false, explored: false, bundleDigest: '', cvrBundleDigest: '', catalogueVersion: 0 },
  };
}
