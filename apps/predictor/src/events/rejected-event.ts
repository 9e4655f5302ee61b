import type { EventOutcome, Rejection } from '@adlift/ledger';
import type { TokenClaims } from '@adlift/tokens';
import type { EventReport } from './event-report';

/** A token longer than this was not made by this software. */
const MAX_TOKEN = 4096;

/** A report that was not taken, or said before, as it is listed. */
export function toRejection(
  { report, claims }: { readonly report: EventReport; readonly claims: TokenClaims | undefined },
  { status, reason }: EventOutcome,
  receivedMs: number,
): Rejection {
  if (status === 'accepted') throw new TypeError('an accepted event is no rejection');
  return {
    status,
    reason,
    kind: report.kind ?? 'unknown',
    predictionId: claims?.predictionId ?? null,
    index: claims?.index ?? null,
    detail: { timeMs: report.timeMs, chargedMicros: report.chargedMicros, tokenStart: report.token.slice(0, 24) },
    // A repeat can never succeed; what was refused may, once a key, a clock or a window is put right.
    report: status === 'rejected' && report.token.length <= MAX_TOKEN ? { ...report } : null,
    receivedMs,
  };
}
