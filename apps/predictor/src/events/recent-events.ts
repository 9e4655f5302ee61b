import { Injectable } from '@nestjs/common';
import type { EventOutcome, LedgerEvent } from '@adlift/ledger';

/** What one event said that another of the same identity may contradict. */
export interface Said {
  readonly timeMs: number;
  readonly chargedMicros: number;
  readonly valueMicros: number;
}

/** Events of one generation; two are held, about 10 MB. */
const GENERATION = 30_000;

const DUPLICATE: EventOutcome = { status: 'duplicate', reason: 'already_recorded' };
const CONFLICT: EventOutcome = { status: 'conflict', reason: 'already_recorded' };

/**
 * The events that became durable here lately, so that a repeat can be told at once; a repeat that comes later, or to
 * another replica, is found where events are stored.
 */
@Injectable()
export class RecentEvents {
  private young = new Map<string, Said>();
  private old = new Map<string, Said>();

  /** What a repeat is told; undefined for an event that is not known here. `also`: the events of the same call. */
  repeatOf(event: LedgerEvent, also: ReadonlyMap<string, Said>): EventOutcome | undefined {
    const identity = identityOf(event);
    const said = also.get(identity) ?? this.young.get(identity) ?? this.old.get(identity);
    if (said === undefined) return undefined;
    const same =
      said.chargedMicros === event.chargedMicros &&
      said.valueMicros === event.valueMicros &&
      // The time of arrival is nothing that was said, and another one for a retry.
      (!event.timed || said.timeMs === event.timeMs);
    return same ? DUPLICATE : CONFLICT;
  }

  /** To be called once the events are durable, and not before: a repeat must not vouch for what may yet be lost. */
  remember(events: readonly LedgerEvent[]): void {
    for (const event of events) {
      if (this.young.size >= GENERATION) {
        this.old = this.young;
        this.young = new Map();
      }
      this.young.set(identityOf(event), saidBy(event));
    }
  }
}

/** What of an event a repeat may contradict. */
export function saidBy({ timeMs, chargedMicros, valueMicros }: LedgerEvent): Said {
  return { timeMs, chargedMicros, valueMicros };
}

/** What makes two reports the same event. */
export function identityOf({ kind, claims, conversionKind, conversionId }: LedgerEvent): string {
  // Lengths first: texts may hold whatever would set them apart.
  const of = kind === 'conversion' ? `${conversionKind.length} ${conversionKind}${conversionId}` : '';
  return `${kind} ${claims.predictionId} ${claims.index} ${of}`;
}
