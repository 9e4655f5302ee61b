import { Injectable } from '@nestjs/common';
import type { EventOutcome, LedgerEvent } from '@adlift/ledger';
import { identityOf } from './event-identity';
import { EventTable } from './event-table';

/** Events of one generation; two are held, about 4 MB. */
const GENERATION = 30_000;

const DUPLICATE: EventOutcome = { status: 'duplicate', reason: 'already_recorded' };
const CONFLICT: EventOutcome = { status: 'conflict', reason: 'already_recorded' };

/**
 * The events that became durable here lately, so that a repeat can be told at once; a repeat that comes later, or to
 * another replica, is found where events are stored.
 */
@Injectable()
export class RecentEvents {
  private young = new EventTable(GENERATION);
  private old = new EventTable(GENERATION);

  /**
   * What a repeat is told; undefined for an event that is not known here, which joins the others of its call in
   * `call`.
   */
  repeatOf(event: LedgerEvent, call: EventTable): EventOutcome | undefined {
    const identity = identityOf(event);
    const said = call.find(identity) ?? this.young.find(identity) ?? this.old.find(identity);
    if (said === undefined) {
      call.set(identity, event);
      return undefined;
    }
    const same =
      said.chargedMicros === event.chargedMicros &&
      said.valueMicros === event.valueMicros &&
      // The time of arrival is nothing that was said, and another one for a retry.
      (!event.timed || said.timeMs === event.timeMs);
    return same ? DUPLICATE : CONFLICT;
  }

  /** To be called once the events are durable, and not before: a repeat must not vouch for what may yet be lost. */
  remember(call: EventTable): void {
    call.forEach((identity, said) => {
      if (this.young.full) {
        [this.young, this.old] = [this.old, this.young];
        this.young.clear();
      }
      this.young.set(identity, said);
    });
  }
}
