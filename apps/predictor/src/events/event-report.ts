import type { RejectedReport } from '@adlift/client';
import type { proto } from '@adlift/wire';

export type ReportedKind = 'exposure' | 'impression' | 'click' | 'conversion' | 'hide' | 'invalidate';

/** One event as a caller reports it, whatever the transport. Times in Unix milliseconds (0 = now), money in micros. */
export type EventReport = Omit<RejectedReport, 'kind'> & {
  /** Undefined for a kind this version does not know. */
  readonly kind: ReportedKind | undefined;
};

const KINDS: readonly (ReportedKind | undefined)[] = [
  undefined,
  'exposure',
  'impression',
  'click',
  'conversion',
  'hide',
  'invalidate',
];

/** A decoded protobuf Event as a report. */
export function reportFromProto(event: proto.v1.IEvent): EventReport {
  return {
    kind: KINDS[event.kind ?? 0],
    token: event.token ?? '',
    timeMs: event.timeMs ?? 0,
    position: event.position ?? 0,
    followedRank: (['unknown', 'followed', 'overruled'] as const)[event.followedRank ?? 0] ?? 'unknown',
    viewable: (['unknown', 'yes', 'no'] as const)[event.viewable ?? 0] ?? 'unknown',
    chargedMicros: event.chargedMicros ?? 0,
    currency: event.currency ?? '',
    conversionId: event.conversionId ?? '',
    conversionKind: event.conversionKind ?? '',
    valueMicros: event.valueMicros ?? 0,
    reason: event.reason ?? '',
  };
}
