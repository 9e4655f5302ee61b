import { Injectable } from '@nestjs/common';
import { isInExperiment } from '@adlift/assignment';
import { LedgerWriter, type EventOutcome, type Exposure, type LedgerEvent } from '@adlift/ledger';
import { DomainError } from '@adlift/problem';
import { InvalidToken, TokenSealer, type TokenClaims } from '@adlift/tokens';
import type { Caller } from '../access/credentials';
import { refusalOf, toLedgerEvent } from './check-event';
import { EventObservers, type ObservedEvent } from './event-observers';
import type { EventReport } from './event-report';
import { RejectedEvents } from './rejected-events';

export const MAX_EVENTS = 1000;

/** Takes reported events: opens tokens, refuses what cannot be true, stores the rest, answers when it is durable. */
@Injectable()
export class EventsService {
  constructor(
    private readonly sealer: TokenSealer,
    private readonly ledger: LedgerWriter,
    private readonly rejected: RejectedEvents,
    private readonly observers: EventObservers,
  ) {}

  /**
   * One outcome per report, in order. Throws DomainError: `invalid_argument` for more than {@link MAX_EVENTS};
   * `unavailable` when the store is away, and then nothing counts as sent.
   */
  async record(reports: readonly EventReport[], caller: Caller): Promise<EventOutcome[]> {
    if (reports.length > MAX_EVENTS) {
      throw new DomainError('invalid_argument', `at most ${MAX_EVENTS} events a call, got ${reports.length}`, 'events');
    }
    const startedAt = performance.now();
    const nowMs = Date.now();
    const outcomes = new Array<EventOutcome>(reports.length);
    const events: { at: number; event: LedgerEvent }[] = [];
    const exposures: { at: number; exposure: Exposure }[] = [];
    const opened = new Array<TokenClaims | undefined>(reports.length);
    for (const [at, report] of reports.entries()) {
      const claims = this.open(report.token);
      if (typeof claims !== 'string') opened[at] = claims;
      const reason = typeof claims === 'string' ? claims : refusalOf(report, claims, caller, nowMs);
      if (typeof claims === 'string' || reason !== undefined) {
        outcomes[at] = { status: 'rejected', reason: reason ?? '' };
        this.rejected.list(report, typeof claims === 'string' ? undefined : claims, reason ?? '');
      } else if (report.kind === 'exposure') {
        const found = exposuresOf(claims);
        if (found.length === 0) outcomes[at] = { status: 'rejected', reason: 'exposure_without_experiment' };
        exposures.push(...found.map((exposure) => ({ at, exposure })));
      } else {
        events.push({ at, event: toLedgerEvent(report, claims, nowMs) });
      }
    }
    // Exposures first: the unit of an event that is durable has then been counted.
    const isNew =
      exposures.length === 0 ? [] : await this.ledger.recordExposures(exposures.map(({ exposure }) => exposure));
    exposures.forEach(({ at }, i) => {
      outcomes[at] =
        isNew[i] === true ? { status: 'accepted', reason: '' } : { status: 'duplicate', reason: 'already_recorded' };
    });
    const stored = events.length === 0 ? [] : await this.ledger.recordEvents(events.map(({ event }) => event));
    events.forEach(({ at }, i) => (outcomes[at] = stored[i]));
    const observed = outcomes.map((outcome, at): ObservedEvent => ({
      kind: reports[at]?.kind ?? 'unknown',
      outcome,
      claims: opened[at],
    }));
    this.observers.recorded(observed, startedAt);
    return outcomes;
  }

  private open(token: string): TokenClaims | string {
    try {
      return this.sealer.open(token);
    } catch (error) {
      if (error instanceof InvalidToken) return error.reason;
      throw error;
    }
  }
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
