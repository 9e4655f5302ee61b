import { Doorbell, type Ring } from './doorbell';

const RINGS: Ring[] = [
  'message',
  'exit',
  { round: 0, rows: 1 },
  { round: 1, rows: 1 },
  { round: 1, rows: 2 ** 20 + 1 },
];

describe('Doorbell', () => {
  it.each(RINGS)('is heard by whoever goes to sleep after it rang: %j', (ring) => {
    const doorbell = new Doorbell();
    doorbell.ring(ring);
    expect(new Doorbell(doorbell.memory).wait()).toEqual(ring);
  });

  it('holds the last ring alone, and each once', () => {
    const doorbell = new Doorbell();
    doorbell.ring({ round: 0, rows: 3 });
    doorbell.ring('exit');
    expect(doorbell.wait()).toBe('exit');
    doorbell.ring('message');
    expect(doorbell.wait()).toBe('message');
  });
});
