import { countFields } from './count-fields';
import { adlift as proto } from './generated/adlift';

const { RecordEventsRequest, MintTokensRequest } = proto.v1;

describe('countFields', () => {
  const events = Buffer.from(
    RecordEventsRequest.encode({ events: Array.from({ length: 12 }, (_, i) => ({ token: `t${i}` })) }).finish(),
  );

  it('counts the fields of a message', () => {
    expect(countFields(events, {}, 100)).toBe(12);
    expect(countFields(Buffer.alloc(0), {}, 100)).toBe(0);
  });

  it('counts those of the messages in it that are named', () => {
    const candidates = [{ index: 1, adId: 'a' }, { index: 2 }];
    const message = Buffer.from(MintTokensRequest.encode({ predictions: [{ ticket: 't', candidates }] }).finish());
    expect(countFields(message, { 1: {} }, 100)).toBe(1 + 3);
    expect(countFields(message, { 1: { 3: {} } }, 100)).toBe(1 + 3 + 3);
  });

  it('stops at enough', () => {
    expect(countFields(events, {}, 5)).toBe(5);
    expect(countFields(Buffer.concat([events, Buffer.from([0xff])]), {}, 12)).toBe(12);
  });

  it('refuses what is no message', () => {
    expect(() => countFields(events.subarray(0, events.length - 1), {}, 100)).toThrow(RangeError);
    expect(() => countFields(Buffer.from([0x0a, 2, 0x0a, 5]), { 1: { 1: {} } }, 100)).toThrow(RangeError);
  });
});
