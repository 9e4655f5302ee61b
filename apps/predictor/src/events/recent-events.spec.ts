import { makeUuidV7 } from '@adlift/wire';
import type { LedgerEvent } from '@adlift/ledger';
import { EventTable } from './event-table';
import { RecentEvents } from './recent-events';

const GENERATION = 30_000;
const DUPLICATE = { status: 'duplicate', reason: 'already_recorded' };
const CONFLICT = { status: 'conflict', reason: 'already_recorded' };

let recent: RecentEvents;

beforeEach(() => (recent = new RecentEvents()));

function click(predictionId: string, over: Partial<LedgerEvent> = {}): LedgerEvent {
  const claims = { predictionId, index: 0 };
  return { kind: 'click', claims, timeMs: 5, timed: true, chargedMicros: 1, valueMicros: 0, ...over } as LedgerEvent;
}

/** Has so many events remembered, and returns the first of them. */
function remember(events: number): LedgerEvent {
  const all = Array.from({ length: events }, () => click(makeUuidV7()));
  for (let from = 0; from < events; from += 1000) {
    const call = new EventTable(1000);
    for (const event of all.slice(from, from + 1000)) expect(recent.repeatOf(event, call)).toBeUndefined();
    recent.remember(call);
  }
  return all[0];
}

const repeat = (event: LedgerEvent): unknown => recent.repeatOf(event, new EventTable(1));

describe('RecentEvents', () => {
  it('tells a repeat, in the same call or later, and one that says something else', () => {
    const event = click(makeUuidV7());
    const call = new EventTable(2);
    expect(recent.repeatOf(event, call)).toBeUndefined();
    expect(recent.repeatOf(event, call)).toEqual(DUPLICATE);
    expect(recent.repeatOf({ ...event, chargedMicros: 2 }, call)).toEqual(CONFLICT);
    expect(repeat(event)).toBeUndefined();
    recent.remember(call);
    expect(repeat(event)).toEqual(DUPLICATE);
    expect(repeat({ ...event, timeMs: 6 })).toEqual(CONFLICT);
    expect(repeat({ ...event, timeMs: 6, timed: false })).toEqual(DUPLICATE);
    expect(repeat({ ...event, kind: 'hide' })).toBeUndefined();
  });

  it('knows the last generation and the one before, and none before that', () => {
    const first = remember(GENERATION);
    expect(repeat(first)).toEqual(DUPLICATE);
    const second = remember(GENERATION);
    expect([repeat(first), repeat(second)]).toEqual([DUPLICATE, DUPLICATE]);
    const third = remember(1);
    expect([repeat(first), repeat(second), repeat(third)]).toEqual([undefined, DUPLICATE, DUPLICATE]);
  });
});
