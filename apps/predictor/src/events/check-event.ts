import type { LedgerEvent } from '@adlift/ledger';
import type { TokenClaims } from '@adlift/tokens';
import type { Caller } from '@adlift/access';
import type { EventReport } from './event-report';

/** Clocks of ad servers may be this much ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000;
/** How far ahead a credential with the grant `future_times` may report: a simulated day. */
const SIMULATED_AHEAD_MS = 24 * 3_600_000;
const MAX_TEXT = 200;
/** What cannot be stored, and what damaged UTF-8 decodes to: two damaged ids could become one. */
const DAMAGED = /[\0\uFFFD]/;
const MAX_MICROS = 1e15;

/** Why an event is refused; documented in docs/errors.md. */
export type EventRefusal =
  | 'unknown_kind'
  | 'token_is_ticket'
  | 'token_expired'
  | 'time_in_future'
  | 'time_before_prediction'
  | 'foreign_currency'
  | 'charge_not_due'
  | 'charge_negative'
  | 'charge_above_bid'
  | 'conversion_without_id'
  | 'value_out_of_range'
  | 'position_out_of_range'
  | 'text_too_long'
  | 'text_malformed'
  | 'exposure_not_allowed'
  | 'exposure_without_experiment';

/** The reason to refuse the report, or undefined. `claims` come from the report's own token. */
export function refusalOf(
  report: EventReport,
  claims: TokenClaims,
  caller: Caller,
  nowMs: number,
): EventRefusal | undefined {
  if (report.kind === undefined) return 'unknown_kind';
  if (claims.ticket) return 'token_is_ticket';
  if (report.kind === 'exposure' && !caller.may('import')) return 'exposure_not_allowed';
  return refusalOfTime(report, claims, caller, nowMs) ?? refusalOfContent(report) ?? refusalOfCharge(report, claims);
}

function refusalOfTime(
  report: EventReport,
  claims: TokenClaims,
  caller: Caller,
  nowMs: number,
): EventRefusal | undefined {
  const timeMs = report.timeMs === 0 ? nowMs : report.timeMs;
  const ahead = caller.may('future_times') ? SIMULATED_AHEAD_MS : CLOCK_SKEW_MS;
  if (timeMs > nowMs + ahead) return 'time_in_future';
  if (timeMs < claims.timeMs - CLOCK_SKEW_MS) return 'time_before_prediction';
  if (nowMs > claims.expiresMs && !caller.may('import')) return 'token_expired';
  return undefined;
}

function refusalOfContent(report: EventReport): EventRefusal | undefined {
  if (report.kind === 'conversion' && report.conversionId === '') return 'conversion_without_id';
  if (!Number.isSafeInteger(report.position) || report.position < 0 || report.position > 10_000)
    return 'position_out_of_range';
  if (!Number.isSafeInteger(report.valueMicros) || Math.abs(report.valueMicros) > MAX_MICROS)
    return 'value_out_of_range';
  const texts = [report.conversionId, report.conversionKind, report.reason];
  if (texts.some((text) => text.length > MAX_TEXT)) return 'text_too_long';
  return texts.some((text) => DAMAGED.test(text) || !text.isWellFormed()) ? 'text_malformed' : undefined;
}

/** What is charged is due at the event that the bid pays for, and never more than the bid. */
function refusalOfCharge(report: EventReport, claims: TokenClaims): EventRefusal | undefined {
  const { chargedMicros } = report;
  if (!Number.isSafeInteger(chargedMicros)) return 'value_out_of_range';
  if (report.currency !== '' && report.currency !== claims.currency) return 'foreign_currency';
  if (chargedMicros === 0) return undefined;
  const paidAt = { CPC: 'click', CPM: 'impression', CPA: 'conversion' }[claims.bidType];
  if (report.kind !== paidAt) return 'charge_not_due';
  // A refund is a signed adjustment, and only conversions have an id of their own to tell it by.
  if (chargedMicros < 0 && report.kind !== 'conversion') return 'charge_negative';
  const bound = claims.bidType === 'CPM' ? Math.ceil(claims.bidMicros / 1000) : claims.bidMicros;
  return Math.abs(chargedMicros) > bound ? 'charge_above_bid' : undefined;
}

/** An accepted report as the event that is stored. */
export function toLedgerEvent(report: EventReport, claims: TokenClaims, nowMs: number): LedgerEvent {
  const { kind } = report;
  if (kind === undefined || kind === 'exposure') throw new TypeError(`a report of kind ${kind} is no ledger event`);
  const timed = report.timeMs !== 0;
  return { ...report, kind, claims, timed, timeMs: timed ? report.timeMs : nowMs };
}
