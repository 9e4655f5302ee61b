import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { isInExperiment } from '@adlift/assignment';
import { Ledger, type EventOutcome, type Exposure, type LedgerEvent, type Rejection } from '@adlift/ledger';
import { DomainError } from '@adlift/problem';
import { InvalidToken, TokenSealer, type TokenClaims } from '@adlift/tokens';
import type { Caller } from '../access/credentials';
import { refusalOf, toLedgerEvent } from './check-event';
import { EventObservers, type ObservedEvent } from './event-observers';
import type { EventReport } from './event-report';
import { EventTable } from './event-table';
import { RecentEvents } from './recent-events';
import { toRejection } from './rejected-event';

export const MAX_EVENTS = 1000;
/** Events opened and checked in one turn of the event loop, some 2 ms: predictions share it. */
const EVENTS_A_TURN = 64;

const ACCEPTED: EventOutcome = { status: 'accepted', reason: '' };

/** A report with what its token says, if it opens. */
interface Opened {
  readonly report: EventReport;
  readonly claims: TokenClaims | undefined;
}

/** What of a call is to be kept. */
interface Kept {
  readonly events: LedgerEvent[];
  readonly exposures: Exposure[];
  /** What was said in this call already. */
  readonly said: EventTable;
}

/**
 * What is left of a call while the disk keeps its events. Little, on purpose: opened tokens and events, half a megabyte
 * a call, would be copied by each collection that comes meanwhile.
 */
interface Spooled {
  readonly durable: Promise<void>;
  readonly outcomes: EventOutcome[];
  readonly said: EventTable;
  readonly observed: readonly ObservedEvent[];
  readonly rejections: readonly Rejection[];
}

/** Takes reported events: opens tokens, refuses what cannot be true, keeps the rest, answers when it is durable. */
@Injectable()
export class EventsService {
  constructor(
    private readonly sealer: TokenSealer,
    private readonly ledger: Ledger,
    private readonly recent: RecentEvents,
    private readonly observers: EventObservers,
  ) {}

  /**
   * One outcome per report, in order; `accepted` says that it is durable and will be counted unless it is a repeat
   * that is not known here. Throws DomainError: `invalid_argument` for more than {@link MAX_EVENTS}; `unavailable`
   * when nothing can be kept, and then the call may be sent again.
   */
  record(reports: readonly EventReport[], caller: Caller): Promise<EventOutcome[]> {
    if (reports.length > MAX_EVENTS) return Promise.reject(tooManyEvents());
    return this.kept(this.spool(reports, caller), performance.now());
  }

  private async kept(spooled: Promise<Spooled>, startedAt: number): Promise<EventOutcome[]> {
    const { durable, outcomes, said, observed, rejections } = await spooled;
    await durable;
    this.recent.remember(said);
    for (const rejection of rejections) this.ledger.reject(rejection);
    this.observers.recorded(observed, startedAt);
    return outcomes;
  }

  /** Opens and checks the reports, some in each turn of the event loop, and has the disk keep what is to be kept. */
  private async spool(reports: readonly EventReport[], caller: Caller): Promise<Spooled> {
    const nowMs = Date.now();
    const kept: Kept = { events: [], exposures: [], said: new EventTable(reports.length) };
    const outcomes: EventOutcome[] = [];
    const observed: ObservedEvent[] = [];
    const rejections: Rejection[] = [];
    for (const report of reports) {
      if (outcomes.length > 0 && outcomes.length % EVENTS_A_TURN === 0) await nextTurn();
      const opened = this.open(report);
      const outcome = this.take(opened, caller, nowMs, kept);
      outcomes.push(outcome);
      observed.push(observedEvent(opened, outcome));
      if (outcome.status !== 'accepted') rejections.push(toRejection(opened, outcome, nowMs));
    }
    const durable = this.ledger.record(kept.events, kept.exposures);
    return { durable, outcomes, said: kept.said, observed, rejections };
  }

  /** Puts what the report tells into `kept`, unless it is refused or a repeat. */
  private take(
    { report, claims, refusal }: Opened & { refusal?: string },
    caller: Caller,
    nowMs: number,
    kept: Kept,
  ): EventOutcome {
    if (claims === undefined) return rejected(refusal ?? '');
    const reason = refusalOf(report, claims, caller, nowMs);
    if (reason !== undefined) return rejected(reason);
    if (report.kind === 'exposure') {
      const found = exposuresOf(claims);
      kept.exposures.push(...found);
      return found.length === 0 ? rejected('exposure_without_experiment') : ACCEPTED;
    }
    const event = toLedgerEvent(report, claims, nowMs);
    const repeat = this.recent.repeatOf(event, kept.said);
    if (repeat !== undefined) return repeat;
    kept.events.push(event);
    return ACCEPTED;
  }

  private open(report: EventReport): Opened & { refusal?: string } {
    try {
      return { report, claims: this.sealer.open(report.token) };
    } catch (error) {
      if (error instanceof InvalidToken) return { report, claims: undefined, refusal: error.reason };
      throw error;
    }
  }
}

export function tooManyEvents(): DomainError {
  return new DomainError('invalid_argument', `at most ${MAX_EVENTS} events a call`, 'events');
}

/** Only what is traced is told with its claims. */
function observedEvent({ report, claims }: Opened, outcome: EventOutcome): ObservedEvent {
  return { kind: report.kind ?? 'unknown', outcome, claims: claims?.traceSampled === true ? claims : undefined };
}

function rejected(reason: string): EventOutcome {
  return { status: 'rejected', reason };
}

function exposuresOf(claims: TokenClaims): Exposure[] {
  if (claims.unitId === '') return [];
  return claims.assignments.filter(isInExperiment).map((assignment) => ({
    assignment,
    unitId: claims.unitId,
    predictionId: claims.predictionId,
    timeMs: claims.timeMs,
  }));
}
