import { makeUuidV7 } from '@adlift/wire';
import type { LedgerEvent } from '@adlift/ledger';
import { identityOf } from './event-identity';
import { EventTable } from './event-table';

const said = (timeMs: number): { timeMs: number; chargedMicros: number; valueMicros: number } => ({
  timeMs,
  chargedMicros: -timeMs,
  valueMicros: 2 ** 52 + timeMs,
});

function event(over: { predictionId?: string; index?: number } & Partial<LedgerEvent>): LedgerEvent {
  const { predictionId = '01990000-0000-7000-8000-000000000000', index = 0, ...rest } = over;
  return {
    kind: 'impression',
    claims: { predictionId, index },
    conversionKind: '',
    conversionId: '',
    ...rest,
  } as LedgerEvent;
}

const identity = (over: Parameters<typeof event>[0]): Int32Array => Int32Array.from(identityOf(event(over)));

describe('EventTable', () => {
  it('tells events apart by prediction, index, kind, and for conversions kind and id', () => {
    const base = '01990000-0000-7000-8000-000000000000';
    const others = Array.from({ length: base.length }, (_, at) => `${base.slice(0, at)}f${base.slice(at + 1)}`);
    const events = [
      {},
      ...others.filter((_, at) => base[at] !== '-').map((predictionId) => ({ predictionId })),
      { index: 1 },
      { index: 65_535 },
      { kind: 'click' as const },
      { kind: 'hide' as const },
      { kind: 'invalidate' as const },
      { kind: 'conversion' as const },
      { kind: 'conversion' as const, conversionKind: 'a', conversionId: 'bc' },
      { kind: 'conversion' as const, conversionKind: 'ab', conversionId: 'c' },
      { kind: 'conversion' as const, conversionKind: '1 a', conversionId: 'c' },
      { kind: 'conversion' as const, conversionKind: '1', conversionId: ' ac' },
    ];
    const table = new EventTable(events.length);
    events.forEach((one, at) => {
      expect(table.find(identity(one))).toBeUndefined();
      table.set(identity(one), said(at));
    });
    events.forEach((one, at) => expect(table.find(identity(one))).toEqual(said(at)));
    expect(table.full).toBe(true);
  });

  it('does not count what belongs to conversions alone for other kinds', () => {
    expect(identity({ conversionId: 'x' })).toEqual(identity({}));
  });

  it('holds as many as it says, gives them in their order, and can be emptied', () => {
    const identities = Array.from({ length: 1000 }, (_, i) =>
      identity({ predictionId: makeUuidV7(1_700_000_000_000 + (i >> 2)), index: i & 3 }),
    );
    const table = new EventTable(identities.length);
    identities.forEach((one, at) => table.set(one, said(at)));
    identities.forEach((one, at) => table.set(one, said(at + 1)));
    expect(() => table.set(identity({}), said(0))).toThrow(RangeError);
    const told: number[] = [];
    table.forEach((one, { timeMs }) => {
      expect(one).toEqual(identities[told.length]);
      told.push(timeMs);
    });
    expect(told).toEqual(identities.map((_, at) => at + 1));
    table.clear();
    expect(table.full).toBe(false);
    expect(identities.every((one) => table.find(one) === undefined)).toBe(true);
  });

  it('may hold none', () => {
    const table = new EventTable(0);
    expect(table.find(identity({}))).toBeUndefined();
    expect(table.full).toBe(true);
  });
});
